import type { z } from "zod";
import type { ResumeToken, RunEvent } from "../domain/events.ts";
import type { Logger } from "../log.ts";
import type { EngineOptions } from "./options.ts";

/** One coding agent: what the rest of the program knows of it. Made by `defineEngine` (headless). */
export interface Engine {
  /** Lower case, as in `[codex]`, `/codex` and `ResumeToken.engine`. */
  readonly id: string;
  /** Its own name, for people: "Codex". */
  readonly label: string;
  /** What the `[<id>]` table of the config may hold, `baseOptions` included. Strict. */
  readonly options: z.ZodType<EngineOptions>;
  readonly resume: ResumeCodec;
  probe(setup: EngineSetup): Promise<Probe>;
  /** Starts a run. Never throws: whatever goes wrong comes as the run's `completed` event. */
  open(request: RunRequest): Run;
  /** The events of a recorded stream. Ends with exactly one `completed`, cut off where it may be. */
  replay(stdout: AsyncIterable<Uint8Array>, log: Logger): AsyncIterable<RunEvent>;
}

/** The line that continues a session in a terminal. Whatever `format` gives, `parse` takes back. */
export interface ResumeCodec {
  /** Without backticks: `codex resume 0199a213-...`. */
  format(value: string): string;
  /** The session named by one whole line (trimmed, backticks already off), or undefined. Case-insensitive. */
  parse(line: string): string | undefined;
}

/** How an engine is to be run in one place: its options merged (project over global), and the environment. */
export interface EngineSetup {
  readonly options: EngineOptions;
  /** Of the bridge; the engine gets a scrubbed copy (see environment.ts). */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface RunRequest extends EngineSetup {
  /** Marks every process of the run through `TAKOPI_RUN_ID`. */
  readonly runId: string;
  readonly prompt: string;
  /** The session to go on with; absent for a new one. Its `engine` is this engine's id. */
  readonly resume?: ResumeToken;
  /** Absolute; the engine starts here with `PWD` set to it. */
  readonly cwd: string;
  readonly log: Logger;
  /** Called once, as soon as the engine's process exists. */
  onSpawn?(process: ProcessMark): void;
}

/** Enough to recognise a process after a restart of the bridge, and never to mistake another for it. */
export interface ProcessMark {
  /** Leader of its own process group. */
  readonly pid: number;
  /** Start time as the kernel gives it (Linux: clock ticks since boot); "" where it cannot be read. */
  readonly startTime: string;
}

/**
 * A run under way. Iterate once. `completed` is the last event and comes as soon as the outcome is certain; the
 * iteration ends only when the engine's process is gone, so that the session may be used again.
 */
export interface Run extends AsyncIterable<RunEvent> {
  /**
   * Ends the engine, its shells and grandchildren; the run then completes with `reason` as its error. The first
   * reason wins. Resolves when none of its processes lives, 2 s at most. Safe to call at any time, also twice.
   */
  stop(reason: string): Promise<void>;
  /** What else may be done to it while it runs; a headless engine has none. */
  readonly controls: Controls;
}

/** Each is present only where the engine can do it; buttons, commands and refusals follow from that. */
export interface Controls {
  /** Adds a message to the running turn. */
  steer?(text: string): Promise<void>;
  /** Ends the turn and keeps the session. */
  interrupt?(): Promise<void>;
}

/** What `doctor` and `engines` say of an engine. */
export interface Probe {
  /** Where the executable was found. */
  readonly path?: string;
  readonly version?: string;
  /** What is wrong, one sentence each with its mend; empty where all is well. */
  readonly problems: readonly string[];
}
