import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { expect, onTestFinished, test } from "vitest";

const script = `import { openSync } from "node:fs";
import { endMarkedNow, endMarkedProcesses, markedProcesses } from "./src/engine/marked.ts";
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
`;

test.runIf(process.platform === "linux")(
  "a process without a file descriptor left looks for marked processes later, and does not end",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "takopi-descriptors-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const outfile = join(folder, "full.mjs");
    const stdin = {
      contents: script,
      loader: "ts",
      resolveDir: fileURLToPath(new URL("../../", import.meta.url)),
    } as const;
    // Built, since the threads of a loader of TypeScript open and close files of their own.
    buildSync({ stdin, outfile, bundle: true, format: "esm", platform: "node" });
    const line = `ulimit -n 80; exec "${process.execPath}" "${outfile}"`;
    const printed = execFileSync("bash", ["-c", line], { encoding: "utf8" });
    expect(printed.trim().split("\n")).toEqual(["EMFILE", "[]", "false"]);
  },
);
