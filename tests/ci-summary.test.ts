import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Suite {
  readonly report?: object;
  readonly status?: string;
  readonly log?: string;
}

/** What `.ci/run` prints when its suites have left this behind. */
function summary(suites: Readonly<Record<string, Suite>>) {
  const directory = mkdtempSync(join(tmpdir(), "takopi-reports-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, { report, status = "0", log = "" }] of Object.entries(suites)) {
    if (report !== undefined) writeFileSync(join(directory, `${name}.json`), JSON.stringify(report));
    writeFileSync(join(directory, `${name}.status`), `${status}\n`);
    writeFileSync(join(directory, `${name}.log`), log);
  }
  const args = [join(root, ".ci/summary.mjs"), directory, ...Object.keys(suites)];
  return spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
}

const good = { numPassedTests: 3, testResults: [] };

test("a run in which all passed is one line", () => {
  const { stdout, status } = summary({ test: { report: good }, "test-page": { report: good } });
  expect(stdout).toBe("6 passed, 0 failed\n");
  expect(status).toBe(0);
});

test("a failed test is named with its suite, its file and the start of its message", () => {
  const message = ["expected 1 to be 2", ...Array.from({ length: 80 }, (_, line) => `line ${line}`)].join("\n");
  const assertionResults = [
    { status: "passed", fullName: "good", failureMessages: [] },
    { status: "failed", fullName: "the queue keeps its order", failureMessages: [message] },
  ];
  const name = join(root, "tests/bridge/queue.test.ts");
  const report = { numPassedTests: 1, testResults: [{ name, status: "failed", message: "", assertionResults }] };
  const { stdout, status } = summary({ test: { report, status: "1" } });
  expect(stdout).toContain("test · tests/bridge/queue.test.ts · the queue keeps its order\n   expected 1 to be 2\n");
  expect(stdout).toContain("line 58\n");
  expect(stdout).not.toContain("line 59");
  expect(stdout).toMatch(/\n1 passed, 1 failed\n$/);
  expect(status).toBe(1);
});

test("a file that broke before its first test is one failure", () => {
  const file = {
    name: join(root, "tests/x.test.ts"),
    status: "failed",
    message: "no such module",
    assertionResults: [],
  };
  const { stdout } = summary({ test: { report: { numPassedTests: 1, testResults: [file] }, status: "1" } });
  expect(stdout).toContain("test · tests/x.test.ts\n   no such module\n1 passed, 1 failed\n");
});

test.each([
  ["a suite without a report", { status: "124", log: "so far\nand no further\n" }],
  ["an error outside of every test", { report: good, status: "1", log: "so far\nand no further\n" }],
])("%s is one failure, told with the end of its output", (_, suite) => {
  const { stdout, status } = summary({ "test-page": suite });
  expect(stdout).toContain("and no further\n");
  expect(stdout).toMatch(/ passed, 1 failed\n$/);
  expect(status).toBe(1);
});
