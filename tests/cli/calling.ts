import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Command, Context } from "../../src/cli/command.ts";

/** Built before the tests of the project `process` begin. */
const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** What a call left behind. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty home directory that goes away with the test. */
export function scratchHome(): string {
  const home = mkdtempSync(join(tmpdir(), "takopi-cli-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** Runs the real program in `home`, without a terminal. */
export const takopi = (home: string, ...argv: string[]): Promise<Outcome> => takopiWith({}, home, ...argv);

/** The same with more in its environment. */
export async function takopiWith(more: NodeJS.ProcessEnv, home: string, ...argv: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [program, ...argv], {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((done) => child.on("close", done));
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** Runs one command within this process. */
export const call = (command: Command, home: string, ...argv: string[]): Promise<Outcome> =>
  callWith({}, command, home, ...argv);

/** The same with more in its environment. */
export async function callWith(
  more: NodeJS.ProcessEnv,
  command: Command,
  home: string,
  ...argv: string[]
): Promise<Outcome> {
  const { stdout, stderr, ended } = begin({ more, home, signal: new AbortController().signal }, command, ...argv);
  const code = await ended;
  return { code, stdout: await text(stdout.end()), stderr: await text(stderr.end()) };
}

interface Around {
  readonly more?: NodeJS.ProcessEnv;
  readonly home: string;
  readonly signal: AbortSignal;
}

/** Begins a command that lasts until its signal is aborted. */
export function begin({ more = {}, home, signal }: Around, command: Command, ...argv: string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const context = {
    env: { PATH: process.env["PATH"], HOME: home, ...more },
    cwd: home,
    ...{ stdin: new PassThrough().end(), stdout, stderr, signal },
  } as unknown as Context;
  return { stdout, stderr, ended: command.execute(argv, context) };
}
