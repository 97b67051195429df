// Reads what the SARIF Multitool wrote about a report, prints it, and exits with
// 1 if any of it is an error. A result without a level has its rule's level, and
// "warning" where that says nothing (SARIF 2.1.0, 3.27.10).
import { readFileSync } from "node:fs";

const log = JSON.parse(readFileSync(process.argv[2], "utf8"));
const counts = { error: 0, warning: 0, note: 0, none: 0 };

for (const run of log.runs) {
  const rules = run.tool.driver.rules ?? [];
  for (const result of run.results ?? []) {
    const rule = rules[result.ruleIndex] ?? rules.find((r) => r.id === result.ruleId);
    const level = result.level ?? rule?.defaultConfiguration?.level ?? "warning";
    counts[level]++;
    if (level === "error" || level === "warning") {
      const at = result.locations?.[0]?.physicalLocation?.region?.startLine ?? "?";
      const template = rule?.messageStrings?.[result.message?.id]?.text;
      const text = result.message?.text ?? template?.replace(/\{(\d+)\}/g, (_, i) => result.message.arguments?.[i] ?? "");
      console.log(`${level} ${result.ruleId} line ${at}: ${text}`);
    }
  }
  for (const invocation of run.invocations ?? []) {
    for (const n of [...(invocation.toolExecutionNotifications ?? []), ...(invocation.toolConfigurationNotifications ?? [])]) {
      if (n.level === "error") {
        counts.error++;
        console.log(`error of the tool itself: ${n.message?.text}`);
      }
    }
  }
}
console.log(`${counts.error} errors, ${counts.warning} warnings`);
process.exit(counts.error > 0 ? 1 : 0);
