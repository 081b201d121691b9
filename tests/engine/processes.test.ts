import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { endMarkedProcesses, isAlive, markedProcesses, markProcess } from "../../src/engine/marked.ts";
import { capture } from "../../src/engine/process.ts";
import { startTimeByPs } from "../../src/engine/ps.ts";
import { Tail } from "../../src/engine/tail.ts";
import { descendants } from "../../src/engine/tree.ts";
import { childProgram, until } from "./toy.ts";

async function start(program: string, runId: string): Promise<{ readonly pid: number; end(): Promise<unknown> }> {
  const env = { ...process.env, TAKOPI_RUN_ID: runId };
  const child = spawn(process.execPath, [childProgram(program)], { env, stdio: "ignore" });
  await once(child, "spawn");
  const gone = once(child, "exit");
  const end = () => {
    child.kill("SIGKILL");
    return gone;
  };
  onTestFinished(async () => void (await end()));
  if (child.pid === undefined) throw new Error("not started");
  return { pid: child.pid, end };
}

test("only the processes of one run are found, also if one id begins with the other", async () => {
  const short = await start("waits", "run-1");
  const long = await start("waits", "run-12");
  expect(await markedProcesses("run-1")).toEqual([short.pid]);
  expect(await markedProcesses("run-12")).toEqual([long.pid]);
  expect(await endMarkedProcesses("run-1", { limitMs: 30_000 })).toBe(true);
  expect(await markedProcesses("run-1")).toEqual([]);
  expect(await markedProcesses("run-12")).toEqual([long.pid]);
});

test("the processes of a run are all ended but for those to spare", async () => {
  const agent = await start("waits", "run-5");
  const before = await markedProcesses("run-5");
  await start("waits", "run-5");
  await start("waits", "run-5");
  expect(await endMarkedProcesses("run-5", { limitMs: 30_000, spare: before })).toBe(true);
  expect(await markedProcesses("run-5")).toEqual([agent.pid]);
});

test("a process is recognised by its number and its start together", async () => {
  const child = await start("waits", "run-2");
  const mark = await markProcess(child.pid);
  expect(mark.startTime).toMatch(/^\d+$/);
  expect(await isAlive(mark)).toBe(true);
  expect(await isAlive({ ...mark, startTime: "1" })).toBe(false);
  expect(await isAlive({ ...mark, startTime: "" })).toBe(false);
  await child.end();
  expect(await isAlive(mark)).toBe(false);
});

test("ps tells what is below a process, and when one began", async () => {
  const shim = await start("forwards-and-orphans", "run-3");
  onTestFinished(async () => void (await endMarkedProcesses("run-3")));
  await until(async () => (await markedProcesses("run-3")).length === 2);
  const [child = 0] = (await markedProcesses("run-3")).filter((pid) => pid !== shim.pid);
  // A busy machine may take longer than a person who presses Stop may be kept waiting; then ps gives nothing.
  await until(async () => (await descendants(shim.pid)).some(({ pid }) => pid === child));
  await until(
    async () => [shim.pid, child].every(Boolean) && (await descendants(process.pid)).some(({ pid }) => pid === child),
  );
  await until(async () => /\d\d:\d\d:\d\d/.test(await startTimeByPs(shim.pid)));
});

test("a command that does not answer in time is ended", async () => {
  const args = [childProgram("waits")];
  const request = {
    id: "toy",
    file: process.execPath,
    args,
    cwd: "/",
    env: { TAKOPI_RUN_ID: "run-4" },
    limitMs: 500,
  };
  await expect(capture(request)).rejects.toThrow("did not answer within 0.5 s");
  expect(await markedProcesses("run-4")).toEqual([]);
});

test("a tail keeps the last 4 KiB, from a whole line on", () => {
  const tail = new Tail();
  for (let index = 0; index < 10_000; index += 1) tail.push(Buffer.from(`\u001b[31mline ${index} ☃\u001b[0m\n`));
  const text = tail.text();
  expect(text).toMatch(/^line \d+ ☃\n/);
  expect(text.endsWith("line 9999 ☃")).toBe(true);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
  expect(Buffer.byteLength(text)).toBeGreaterThan(3000);
});
