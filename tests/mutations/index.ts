// Breaks one promise of the program after another, in a copy of it, and says which test noticed: `npm run test:mutations`.
// With words behind it only those whose invariant has one of them. A whole run writes `docs/explanation/tests.md`.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Mutation, mutations } from "./list.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const LEFT_OUT = /^(node_modules|dist|\.git|\.engines)$/;
const LIMIT_MS = 600_000;
const PROJECTS = ["unit", "starting", "process"].flatMap((name) => ["--project", name]);

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const copy = mkdtempSync(join(tmpdir(), "takopi-mutations-"));

/** The first test that fails, with its file; a file that cannot be loaded is no test. */
function firstFailure(tests: readonly string[]): string | undefined {
  const outputFile = join(copy, "report.json");
  rmSync(outputFile, { force: true });
  const args = ["run", "--config", ".vitest.config.ts", ...PROJECTS, "--maxWorkers=1", "--bail=1"];
  const vitest = join(copy, "node_modules/.bin/vitest");
  const options = { cwd: copy, encoding: "utf8", timeout: LIMIT_MS } as const;
  spawnSync(vitest, [...args, "--reporter=json", `--outputFile=${outputFile}`, ...tests], options);
  const { testResults } = JSON.parse(readFileSync(outputFile, "utf8")) as Report;
  for (const { name, status, assertionResults } of testResults) {
    const found = assertionResults.find((one) => one.status === "failed");
    if (found) return `${found.fullName.replaceAll("|", "\\|")} (\`${name.replace(`${copy}/`, "")}\`)`;
    if (status === "failed") throw new Error(`${name} does not load.`);
  }
  return undefined;
}

function noticed({ file, find, replace, tests }: Mutation): string | undefined {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`);
  writeFileSync(path, parts.join(replace));
  try {
    return firstFailure(tests);
  } finally {
    writeFileSync(path, text);
  }
}

function writePage(rows: readonly string[]): void {
  const page = `# What the tests notice

\`npm run test:mutations\` breaks each of these promises in a copy of the program, one at a time, and runs the tests that
should notice. It writes this page.

| promise | broken in | the test that noticed |
| --- | --- | --- |
${rows.join("\n")}
`;
  writeFileSync(join(root, "docs/explanation/tests.md"), page);
}

const words = process.argv.slice(2);
const chosen = mutations.filter(
  ({ invariant }) => words.length === 0 || words.some((word) => invariant.includes(word)),
);
const say = (text: string) => process.stdout.write(`${text}\n`);
try {
  cpSync(root, copy, {
    recursive: true,
    filter: (path) => !LEFT_OUT.test(path.slice(root.length)),
  });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const before = firstFailure([...new Set(chosen.flatMap(({ tests }) => tests))]);
  if (before !== undefined) throw new Error(`A test fails without any change: ${before}`);
  const rows: string[] = [];
  for (const mutation of chosen) {
    const test = noticed(mutation);
    if (test === undefined) process.exitCode = 1;
    rows.push(`| ${mutation.invariant} | \`${mutation.file}\` | ${test ?? "none"} |`);
    say(rows.at(-1) ?? "");
  }
  if (words.length === 0 && process.exitCode === undefined) writePage(rows);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
