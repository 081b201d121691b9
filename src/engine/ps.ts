import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { BOUNDS } from "../bounds.ts";
import type { ProcessMark } from "../domain/run.ts";

// For systems without /proc; the options are those that POSIX sets for `ps`, which is there on macOS and the BSDs.

/** Every process with its parent; none if `ps` does not answer. */
export async function parentsByPs(): Promise<(ProcessMark & { readonly parent: number })[]> {
  return (await ps(["-A", "-o", "pid=,ppid="])).split("\n").flatMap((line) => {
    const [, pid, parent] = /^\s*(\d+)\s+(\d+)\s*$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), startTime: "" }];
  });
}

/** When a process began, to the second; "" if there is none. */
export async function startTimeByPs(pid: number): Promise<string> {
  return (await ps(["-o", "lstart=", "-p", String(pid)])).trim();
}

/** The resident sets of these processes together, in KiB. */
export async function residentByPs(pids: readonly number[]): Promise<number> {
  const sizes = (await ps(["-o", "rss=", "-p", pids.join(",")])).trim().split(/\s+/).map(Number);
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function ps(args: readonly string[]): Promise<string> {
  const env = { PATH: process.env["PATH"], LC_ALL: "C" };
  return promisify(execFile)("ps", args, {
    env,
    timeout: BOUNDS.program.psMs,
    maxBuffer: BOUNDS.program.outputBytes,
  }).then(
    ({ stdout }) => stdout,
    () => "",
  );
}
