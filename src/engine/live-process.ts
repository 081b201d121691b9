import { randomUUID } from "node:crypto";
import { BOUNDS } from "../bounds.ts";
import type { ProcessMark } from "../domain/run.ts";
import { EngineError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Exit } from "./define.ts";
import { engineEnv } from "./environment.ts";
import type { ExitGuard } from "./exit-guard.ts";
import { type LineRules, LineSplitter } from "./lines.ts";
import { endMarkedProcesses, markedProcesses, sendSignal } from "./marked.ts";
import type { EngineOptions } from "./options.ts";
import { type Ending, type OpenChild, openProcess } from "./process.ts";
import { stopProcesses } from "./stop.ts";
import { type AddTap, tappable } from "./tap.ts";

export interface LiveCommand {
  /** The engine's id. */
  readonly id: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The environment of the bridge; the process gets a scrubbed copy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of what the engine needs of it; a trailing `*` matches any ending. */
  readonly patterns: readonly string[];
  /** Variables for this process alone. */
  readonly added?: Readonly<Record<string, string>>;
  readonly options: Pick<EngineOptions, "env" | "env_passthrough">;
  /** On which the engine ends well, its own commands with it. */
  readonly stopSignal: "SIGINT" | "SIGTERM";
  readonly log: Logger;
  readonly guard: ExitGuard;
  /** Called as soon as it exists. */
  announce(mark: ProcessMark): void;
}

/** A process that serves many runs, or one after another. Its stdout must be read for `gone` to resolve. */
export interface LiveProcess extends Omit<OpenChild, "ended" | "exited" | "abandon"> {
  /** The `TAKOPI_RUN_ID` of all its processes. */
  readonly markId: string;
  /** Has all that goes over its stdin and stdout told. */
  readonly tap: AddTap;
  /** Itself and all that it has started, as far as they carry its mark. */
  family(): Promise<readonly number[]>;
  /** It has ended and all output was read; what it left running was killed. Never rejects. */
  readonly gone: Promise<Ending>;
  /** Ends it with its whole tree. Resolves when nothing of it lives, 2 s at most. Safe to call again. */
  stop(): Promise<void>;
  /** The same without asking it first. */
  kill(): Promise<void>;
}

/**
 * Starts a process of an engine that outlives its runs: it leads a group and carries a mark of its own.
 *
 * @throws EngineError if it cannot be started.
 */
export async function startLiveProcess(command: LiveCommand): Promise<LiveProcess> {
  const { id, file, args, cwd, env, patterns, added, options, guard } = command;
  const markId = guard.livePrefix + randomUUID();
  const log = command.log.child({ markId });
  const environment = engineEnv({ env, patterns, added, options, cwd, runId: markId });
  const onStderr = (chunk: Uint8Array): void =>
    log.debug({ stderr: Buffer.from(chunk).toString("utf8") }, "server.stderr");
  const started = await openProcess({ id, file, args, cwd, env: environment, guard, onStderr });
  const { ended, exited, abandon, ...child } = started;
  const { pid } = child.mark;
  command.announce({ ...child.mark, markId });
  log.info({ pid, file, cwd }, "server.spawned");

  const gone = ended.then(async (ending) => {
    log.info({ pid, code: ending.code, signal: ending.signal }, "server.exited");
    await endMarkedProcesses(markId);
    return ending;
  });
  let stopping: Promise<void> | undefined;
  const endTree = async (): Promise<void> => {
    if (!child.hasExited()) {
      log.info({ pid }, "server.stopping");
      await stopProcesses({ pid, runId: markId, signal: command.stopSignal, exited });
    }
    if (child.hasExited()) await endMarkedProcesses(markId);
    else abandon();
  };
  const stop = () => {
    stopping ??= endTree();
    return stopping;
  };
  const kill = async (): Promise<void> => {
    sendSignal(-pid, "SIGKILL");
    await endMarkedProcesses(markId);
  };
  const family = () => markedProcesses(markId);
  const { wire, tap } = tappable(child);
  return { ...child, ...wire, mark: { ...child.mark, markId }, markId, tap, family, gone, stop, kill };
}

export interface Handshake<Value> {
  readonly process: LiveProcess;
  /** The engine's own name, for people. */
  readonly label: string;
  /** Ends the start. */
  readonly stopped?: AbortSignal;
  /** Nothing more comes from it. */
  hasClosed(): boolean;
  /** Resolves when the process takes calls. */
  hello(): Promise<Value>;
  /** Why a process that ended did so. */
  explain(exit: Exit): EngineError;
}

/** Waits until a process that was just started takes calls, and ends one that does not. @throws EngineError with why. */
export async function shakeHands<Value>(handshake: Handshake<Value>): Promise<Value> {
  const { process, label, stopped, explain } = handshake;
  const stop = (): void => void process.stop();
  stopped?.addEventListener("abort", stop);
  if (stopped?.aborted) stop();
  const { startMs } = BOUNDS.liveServer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EngineError(`${label} did not come up within ${startMs / 1000} s.`)), startMs);
  });
  const ended = process.gone.then((exit) => Promise.reject(explain({ ...exit, stopped: undefined })));
  try {
    return await Promise.race([handshake.hello(), ended, late]);
  } catch (cause) {
    // Its last words say more than that it did not answer a call.
    const isEnding = handshake.hasClosed();
    void process.stop();
    const exit = await process.gone;
    if (isEnding) throw Object.assign(explain({ ...exit, stopped: undefined }), { cause });
    const why = cause instanceof EngineError ? cause.message : `${label} did not come up.`;
    throw new EngineError(why, { cause, stderr: exit.stderr });
  } finally {
    clearTimeout(timer);
    ended.catch(() => {});
    stopped?.removeEventListener("abort", stop);
  }
}

/** Calls `take` for every line of an output. Resolves at its end; rejects with what reading or `take` throws. */
export async function eachLine(
  output: AsyncIterable<Uint8Array>,
  take: (line: string) => void,
  rules?: LineRules,
): Promise<void> {
  const lines = new LineSplitter(rules);
  for await (const chunk of output) for (const line of lines.push(chunk)) take(line);
  for (const line of lines.end()) take(line);
}
