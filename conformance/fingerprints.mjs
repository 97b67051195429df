// Prepares a SARIF report so that the SARIF Multitool can compute its fingerprints
// anew (node fingerprints.mjs strip REPORT FOLDER), and compares what it computed
// with ours (node fingerprints.mjs compare REPORT THEIRS). FOLDER is what the
// report's paths are relative to.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , task, report, other] = process.argv;
const log = JSON.parse(readFileSync(report, "utf8"));

if (task === "strip") {
  for (const run of log.runs) {
    run.originalUriBaseIds = { ROOT: { uri: pathToFileURL(other).href + "/" } };
    for (const result of run.results) {
      delete result.partialFingerprints;
      result.locations[0].physicalLocation.artifactLocation.uriBaseId = "ROOT";
    }
  }
  console.log(JSON.stringify(log));
} else {
  const theirs = JSON.parse(readFileSync(other, "utf8"));
  let equal = 0;
  let wrong = 0;
  const files = new Set();
  log.runs[0].results.forEach((result, i) => {
    const place = result.locations[0].physicalLocation;
    const ours = result.partialFingerprints.primaryLocationLineHash;
    const computed = Object.values(theirs.runs[0].results[i].partialFingerprints ?? {});
    if (computed.includes(ours)) {
      equal++;
      files.add(place.artifactLocation.uri);
    } else {
      wrong++;
      console.log(`${place.artifactLocation.uri}:${place.region.startLine}: ours is ${ours}, theirs ${computed}`);
    }
  });
  console.log(`${equal} equal, in ${files.size} files`);
  process.exit(wrong > 0 || files.size < 4 ? 1 : 0);
}
