import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { expect, onTestFinished, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Runs a script in a process that may have 80 files open; the lines that it printed. It is built, since the threads of a
 * loader of TypeScript open and close files of their own.
 */
function runScript(contents: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "takopi-descriptors-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "lazy.mjs"), "export const answer = 42;");
  const outfile = join(folder, "full.mjs");
  const stdin = { contents, loader: "ts", resolveDir: root } as const;
  buildSync({ stdin, outfile, bundle: true, format: "esm", platform: "node", external: ["./lazy.mjs"] });
  const command = `ulimit -n 80; exec "${process.execPath}" "${outfile}"`;
  return execFileSync("bash", ["-c", command], { encoding: "utf8" }).trim().split("\n");
}

test("a module that is loaded later finds room, also in a process without a file descriptor left", () => {
  const printed = runScript(`import { openSync } from "node:fs";
import { keepRoom, later } from "./src/later.ts";
const load = later(() => import("./lazy.mjs"));
keepRoom();
try { for (;;) openSync("/dev/null", "r"); } catch (error) { console.log((error as NodeJS.ErrnoException).code); }
console.log((await load()).answer, (await load()).answer);
`);
  expect(printed).toEqual(["EMFILE", "42 42"]);
});

test.runIf(process.platform === "linux")(
  "a process without a file descriptor left looks for marked processes later, and does not end",
  () => {
    const printed = runScript(`import { openSync } from "node:fs";
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
`);
    expect(printed).toEqual(["EMFILE", "[]", "false"]);
  },
);
