import {
  type ChildProcess,
  type ChildProcessByStdio,
  type ChildProcessWithoutNullStreams,
  spawn,
} from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { BOUNDS } from "../bounds.ts";
import type { ProcessMark } from "../domain/run.ts";
import { EngineError } from "../errors.ts";
import { enclose } from "./cgroup.ts";
import { collect } from "./collect.ts";
import { RUN_MARK } from "./environment.ts";
import type { ExitGuard } from "./exit-guard.ts";
import { markProcess, sendSignal } from "./marked.ts";
import { closeWhenQuiet } from "./quiet.ts";
import { Tail } from "./tail.ts";
import { withResolvers } from "./with-resolvers.ts";

export interface Command {
  /** The engine's id: names the setting to fix in error texts. */
  readonly id: string;
  /** A name that is looked up on the PATH of `env`, or a path. */
  readonly file: string;
  readonly args: readonly string[];
  /** Absolute; must exist. */
  readonly cwd: string;
  /** All of it: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends it with this process. */
  readonly guard?: ExitGuard;
  /** Gets what it says on stderr, as it comes. */
  onStderr?(chunk: Uint8Array): void;
}

/** How a process ended. */
export interface Ending {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The end of it, at most 4 KiB, terminal codes removed. */
  readonly stderr: string;
}

/** A process that leads its own group. Its stdout must be read for `ended` to resolve. */
export interface Child {
  readonly mark: ProcessMark;
  /** Chunks as they come. Ends with the process, or soon after it if a child of its own holds the pipe. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** The process itself is gone; output may be left to read. */
  readonly exited: Promise<void>;
  /** It is gone and all output was read. Never rejects. */
  readonly ended: Promise<Ending>;
  hasExited(): boolean;
  /** Reads no further and waits no longer, for a process that the system cannot end. */
  abandon(): void;
}

/** A process whose stdin stays open. */
export interface OpenChild extends Child {
  /** Resolves when there is room for more; at once if the process is gone, which swallows what comes. */
  write(text: string): Promise<void>;
  /** Ends its stdin. */
  endInput(): void;
}

/**
 * Starts a process, writes `stdin` to it and closes that. It need not read it.
 *
 * @throws EngineError if the directory or the executable is missing or the system refuses.
 */
export async function spawnProcess(command: Command, stdin: string): Promise<Child> {
  const child = await openProcess(command);
  void child.write(stdin);
  child.endInput();
  return child;
}

/**
 * Starts a process that is written to while it runs.
 *
 * @throws EngineError as {@link spawnProcess}.
 */
export async function openProcess(command: Command): Promise<OpenChild> {
  await checkDirectory(command.cwd);
  const { env, guard } = command;
  const child = await start(command, "pipe");
  const runId = env[RUN_MARK];
  if (runId !== undefined && guard) child.once("exit", guard.add(runId, child.pid));
  // A pipe breaks when the process goes or never reads; its end tells all that matters.
  for (const pipe of child.stdio) pipe?.on("error", () => {});
  // At the exit, Node lets output flow and be lost that nobody listens to (20.20, `flushStdio`).
  child.stdout.on("readable", () => {});
  if (command.onStderr) child.stderr.on("data", command.onStderr);
  const end = followEnd(child);
  // It takes up to 0.1 s, which an engine needs to come up anyway.
  if (runId !== undefined) void enclose(runId, child.pid);
  const { stdin } = child;
  const endInput = () => void stdin.end();
  const write = (text: string) => writeTo(stdin, text);
  return { mark: await markProcess(child.pid), stdout: chunksOf(child.stdout), write, endInput, ...end };
}

type Started<Child> = Child & { readonly pid: number };

/** Starts it as the leader of a group. @throws EngineError if the system refuses. */
async function start(command: Command, stdin: "pipe"): Promise<Started<ChildProcessWithoutNullStreams>>;
async function start(
  command: Command,
  stdin: "ignore",
): Promise<Started<ChildProcessByStdio<null, Readable, Readable>>>;
async function start(command: Command, stdin: "pipe" | "ignore"): Promise<ChildProcess> {
  const { file, args, cwd, env } = command;
  try {
    const child = spawn(file, args, { cwd, env, detached: true, stdio: [stdin, "pipe", "pipe"] });
    if (child.pid === undefined) throw (await once(child, "error"))[0];
    return child;
  } catch (cause) {
    throw startFailure(command, cause);
  }
}

function writeTo(input: Writable, text: string): Promise<void> {
  if (!input.writable || input.write(text)) return Promise.resolve();
  return new Promise((resolve) => {
    const settle = (): void => {
      input.off("drain", settle).off("close", settle);
      resolve();
    };
    input.once("drain", settle).once("close", settle);
  });
}

function followEnd(child: ChildProcessWithoutNullStreams): Pick<Child, "exited" | "ended" | "hasExited" | "abandon"> {
  const outputs = [child.stdout, child.stderr];
  const tail = new Tail();
  child.stderr.on("data", (chunk: Uint8Array) => tail.push(chunk));
  let hasExited = false;
  const { promise: ended, resolve: settle } = withResolvers<Ending>();
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => {
      hasExited = true;
      for (const output of outputs) closeWhenQuiet(output as Socket);
      resolve();
    });
  });
  child.once("close", (code, signal) =>
    settle({ code: code ?? undefined, signal: signal ?? undefined, stderr: tail.text() }),
  );
  const abandon = (): void => {
    for (const output of outputs) output.destroy();
    settle({ code: undefined, signal: undefined, stderr: tail.text() });
  };
  return { exited, ended, hasExited: () => hasExited, abandon };
}

export interface CaptureRequest extends Command {
  /** One of `BOUNDS`. */
  readonly limitMs: number;
  /** Ends its group. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a short command with empty input and gives what it printed, on each stream as much as `BOUNDS` says.
 *
 * @throws EngineError if it cannot be started or takes longer than `limitMs`; its group is ended then. `signal.reason` once aborted.
 */
export async function capture(request: CaptureRequest): Promise<Ending & { readonly stdout: string }> {
  const { cwd, file, limitMs, signal: stop } = request;
  stop?.throwIfAborted();
  await checkDirectory(cwd);
  const child = await start(request, "ignore");
  let isLate = false;
  const end = (): void => {
    sendSignal(-child.pid, "SIGKILL");
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, limitMs);
  stop?.addEventListener("abort", end);
  const { outputBytes } = BOUNDS.engine;
  const [stdout, stderr] = [collect(child.stdout, outputBytes, end), collect(child.stderr, outputBytes, end)];
  const [code, signal] = await once(child, "close");
  clearTimeout(timer);
  stop?.removeEventListener("abort", end);
  stop?.throwIfAborted();
  if (isLate) throw new EngineError(`${file} did not answer within ${limitMs / 1000} s`);
  return {
    code: code ?? undefined,
    signal: signal ?? undefined,
    stdout: lineless(stdout()),
    stderr: lineless(stderr()),
  };
}

const lineless = (text: string): string => text.replace(/\r?\n$/, "");

async function checkDirectory(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => undefined);
  if (!found?.isDirectory()) throw new EngineError(`The directory ${cwd} does not exist.`);
}

function startFailure({ id, file }: Command, cause: unknown): EngineError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT") return new EngineError(describeMissing(id, file), { cause });
  if (code === "EACCES") return new EngineError(`${file} is not executable; set ${id}.cmd.`, { cause });
  if (code === "EMFILE" || code === "ENFILE") return new EngineError(NO_DESCRIPTORS, { cause });
  return new EngineError(`${file} could not be started (${code ?? "cause unknown"}).`, { cause });
}

const NO_DESCRIPTORS =
  "The machine gives takopi no further open file: try again when other tasks have ended, or raise its limit (`ulimit -n`, `LimitNOFILE=` of a service).";

/** The problem with a missing executable, and its fix. */
export function describeMissing(id: string, file: string): string {
  const where = file.includes("/") ? `${file} does not exist` : `${file} not found on PATH`;
  return `${where}; install it or set ${id}.cmd.`;
}

async function* chunksOf(output: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of output) yield chunk as Uint8Array;
  } catch (error) {
    if (!hasCode(error, "ERR_STREAM_PREMATURE_CLOSE")) throw error;
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;
