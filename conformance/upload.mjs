// Checks SARIF reports as GitHub's upload action does before it sends them: with the
// same validator (npm jsonschema) and the same schema.
//
//   node upload.mjs NODE_MODULES SCHEMA REPORT…
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [, , modules, schemaFile, ...reports] = process.argv;
const { Validator } = createRequire(modules + "/x")("jsonschema");
const schema = JSON.parse(readFileSync(schemaFile, "utf8"));
let wrong = new Validator().validate({ version: "2.1.0" }, schema).errors.length === 0 ? 1 : 0;
if (wrong) console.log("the schema accepts a log without runs");

for (const report of reports) {
  for (const error of new Validator().validate(JSON.parse(readFileSync(report, "utf8")), schema).errors) {
    console.log(`${report}: ${error.stack}`);
    wrong++;
  }
}
console.log(`${reports.length} reports, ${wrong} errors`);
process.exit(wrong > 0 ? 1 : 0);
