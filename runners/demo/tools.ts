import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ToolOutput, ToolUse } from "./agent.ts";

const MAX_READ_BYTES = 512 * 1024;

/** Lists a directory, folders first and with a slash. Really done, as is all that these tools do; nothing is changed. */
export function list(cwd: string): ToolUse {
  return {
    name: "ls",
    args: { path: "." },
    run: async () => {
      const entries = await readdir(cwd, { withFileTypes: true });
      const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
      const rank = (name: string) => (name.endsWith("/") ? 0 : 1);
      return { text: names.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b)).join("\n") };
    },
  };
}

export function read(cwd: string, name: string): ToolUse {
  return { name: "read", args: { path: join(cwd, name) }, run: async () => await readText(join(cwd, name)) };
}

/** Counts lines without a shell, under the name of the command that a model would run. */
export function countLines(cwd: string, names: readonly string[]): ToolUse {
  return {
    name: "bash",
    args: { command: `wc -l ${names.join(" ")}` },
    run: async () => {
      const counts = await Promise.all(names.map(async (name) => `${await lineCount(join(cwd, name))} ${name}`));
      return { text: counts.join("\n") };
    },
  };
}

/** Takes its time. */
export function wait(seconds: number): ToolUse {
  return {
    name: "bash",
    args: { command: `sleep ${seconds}` },
    run: async (signal) => {
      await sleep(seconds * 1000, undefined, { ...(signal && { signal }) });
      return { text: "" };
    },
  };
}

/** A change of a file that is only told: nothing is written. */
export function pretendEdit(path: string, diff: string): ToolUse {
  return { name: "edit", args: { path }, run: async () => ({ text: diff }) };
}

/** A tool whose result is known beforehand. */
export function pretend(command: string, output: ToolOutput): ToolUse {
  return { name: "bash", args: { command }, run: async () => output };
}

async function readText(path: string): Promise<ToolOutput> {
  try {
    const { size } = await stat(path);
    if (size > MAX_READ_BYTES) return { text: `${path} is too large`, exitCode: 1 };
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    return { text: error instanceof Error ? error.message : String(error), exitCode: 1 };
  }
}

async function lineCount(path: string): Promise<number> {
  const { text, exitCode } = await readText(path);
  return exitCode === undefined ? text.split("\n").length - 1 : 0;
}
