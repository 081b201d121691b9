import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { enclose, enclosed } from "../../src/engine/cgroup.ts";
import { isAlive, markProcess, sendSignal } from "../../src/engine/marked.ts";
import { openChild } from "./toy.ts";

const groups = vi.hoisted(() => ({ areAllowed: true }));
vi.mock(import("../../src/engine/cgroup.ts"), async (original) => {
  const real = await original();
  return {
    enclose: async (runId: string, pid: number) => {
      if (groups.areAllowed) await real.enclose(runId, pid);
    },
    enclosed: (runId: string) => (groups.areAllowed ? real.enclosed(runId) : []),
  };
});
beforeEach(() => {
  groups.areAllowed = true;
});

const probe = spawn("sleep", ["600"]);
await enclose("probe", probe.pid ?? 0);
const hasGroups = enclosed("probe").length > 0;
probe.kill("SIGKILL");

/** Stops a run once its program has started another, and says whether that one still lives. */
async function survivesStop(...args: string[]): Promise<boolean> {
  const { run } = openChild("escapes", { args });
  for await (const event of run) {
    if (event.type !== "started") continue;
    const pid = Number(event.resume.value);
    const mark = await markProcess(pid);
    onTestFinished(() => void sendSignal(pid, "SIGKILL"));
    expect(await isAlive(mark)).toBe(true);
    await run.stop("Stopped.");
    return isAlive(mark);
  }
  throw new Error("it did not start");
}

describe.runIf(process.platform === "linux")("a program in a session of its own, without any environment", () => {
  test("is ended with the run under whose processes it is", async () => {
    groups.areAllowed = false;
    expect(await survivesStop()).toBe(false);
  });

  test.runIf(hasGroups)("is ended in a control group, whoever its parent is", async () => {
    expect(await survivesStop("orphan")).toBe(false);
  });
});

describe("a system without /proc", () => {
  /** What this `ps` prints, as macOS does it: numbers to the right, no names. */
  const withPs = async (...lines: readonly string[]) => {
    const folder = mkdtempSync(join(tmpdir(), "takopi-ps-"));
    const file = join(folder, "ps");
    writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"));
    chmodSync(file, 0o755);
    const { platform } = process;
    Object.defineProperty(process, "platform", { value: "darwin" });
    vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
    vi.resetModules();
    onTestFinished(() => {
      Object.defineProperty(process, "platform", { value: platform });
      vi.unstubAllEnvs();
      vi.resetModules();
      rmSync(folder, { recursive: true, force: true });
    });
    return {
      ...(await import("../../src/engine/tree.ts")),
      ...(await import("../../src/engine/marked.ts")),
      ...(await import("../../src/engine/memory.ts")),
    };
  };
  const LISTING = "cat <<'END'\n    1     0\n  501     1\n  777   501\n  778   777\n  900     1\nEND";

  test("the process tree is that of ps, children of children included", async () => {
    const { descendants } = await withPs(LISTING);
    expect((await descendants(501)).map(({ pid }) => pid)).toEqual([777, 778]);
    expect(await descendants(900)).toEqual([]);
  });

  test("a ps that prints a heading, or nothing, or fails names no process", async () => {
    const heading = await withPs("printf '  PID  PPID\\n'");
    expect(await heading.descendants(1)).toEqual([]);
    const failed = await withPs("exit 1");
    expect(await failed.descendants(1)).toEqual([]);
    expect(await failed.markProcess(501)).toEqual({ pid: 501, startTime: "" });
  });

  test("a process is known again by its number and its start", async () => {
    const { markProcess, isAlive } = await withPs('[ "$4" = 501 ] && echo "Sun Nov 29 18:15:02 2026    "');
    const mark = await markProcess(501);
    expect(mark).toEqual({ pid: 501, startTime: "Sun Nov 29 18:15:02 2026" });
    expect(await isAlive(mark)).toBe(true);
    expect(await isAlive({ ...mark, startTime: "Sat Nov 28 18:15:02 2026" })).toBe(false);
    expect(await isAlive({ ...mark, pid: 502 })).toBe(false);
  });

  test("memory is the sum of what ps says of the tree", async () => {
    const { residentBytes } = await withPs(`case "$*" in *rss*) printf '  1024\\n 2048\\n';; *) ${LISTING}\n;; esac`);
    expect(await residentBytes(501, undefined)).toBe(3072 * 1024);
  });
});
