// `node summary.mjs REPORTS SUITE…` says which tests failed and why, and ends with one line: "N passed, N failed".
// REPORTS holds what each suite wrote: SUITE.json (vitest's JSON report), SUITE.log (its
// output) and SUITE.status (its exit status).
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";

const LINES_OF_MESSAGE = 60;
const CHARACTERS_OF_LINE = 300;
const LINES_OF_OUTPUT = 40;

const [, , directory, ...suites] = process.argv;
const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
const read = (file) => readFileSync(join(directory, file), "utf8");
const head = (text) => {
  const lines = text.replace(colour, "").trim().split("\n").slice(0, LINES_OF_MESSAGE);
  return lines.map((line) => line.slice(0, CHARACTERS_OF_LINE));
};

let passed = 0;
let failed = 0;

function tell(title, lines) {
  failed += 1;
  console.log([`== failed: ${title}`, ...lines.map((line) => `   ${line}`)].join("\n"));
}

function endOfOutput(suite) {
  try {
    return read(`${suite}.log`).replace(colour, "").trimEnd().split("\n").slice(-LINES_OF_OUTPUT);
  } catch {
    return ["It has no output."];
  }
}

function tellFile(suite, { name, message, assertionResults }) {
  const file = relative(process.cwd(), name);
  const tests = assertionResults.filter(({ status }) => status === "failed");
  for (const { fullName, failureMessages } of tests) {
    tell(`${suite} · ${file} · ${fullName}`, head(failureMessages.join("\n")));
  }
  // The file broke outside its tests: while it was loaded, or in a hook.
  if (tests.length === 0) tell(`${suite} · ${file}`, head(message));
}

function tellSuite(suite) {
  let report;
  try {
    report = JSON.parse(read(`${suite}.json`));
  } catch {
    return tell(`${suite} wrote no report; its output ended with`, endOfOutput(suite));
  }
  passed += report.numPassedTests;
  const broken = report.testResults.filter(({ status }) => status === "failed");
  for (const file of broken) tellFile(suite, file);
  // An error outside of every file, such as a rejection that nobody handled.
  const ended = read(`${suite}.status`).trim();
  if (broken.length === 0 && ended !== "0")
    tell(`${suite} ended with ${ended}; its output ended with`, endOfOutput(suite));
}

for (const suite of suites) tellSuite(suite);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
