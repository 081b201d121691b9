import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const root = new URL("../../", import.meta.url);

test.runIf(process.platform === "linux")(
  "a process without a file descriptor left looks for marked processes later, and does not end",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "takopi-descriptors-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const script = join(folder, "full.mts");
    writeFileSync(
      script,
      `import { openSync } from "node:fs";
import { endMarkedNow, endMarkedProcesses, markedProcesses } from "${new URL("src/engine/marked.ts", root)}";
const held: number[] = [];
/** Takes every descriptor, also those that were given back meanwhile. */
function fill(): string | undefined {
  try { for (;;) held.push(openSync("/dev/null", "r")); } catch (error) { return (error as NodeJS.ErrnoException).code; }
}
setInterval(fill, 1).unref();
console.log(fill());
endMarkedNow(["no-such-run"]);
console.log(await markedProcesses("no-such-run"));
fill();
console.log(await endMarkedProcesses("no-such-run", 0));
`,
    );
    const tsx = new URL("node_modules/.bin/tsx", root).pathname;
    const printed = execFileSync("bash", ["-c", `ulimit -n 80; exec "${tsx}" "${script}"`], { encoding: "utf8" });
    expect(printed.trim().split("\n")).toEqual(["EMFILE", "[]", "false"]);
  },
);
