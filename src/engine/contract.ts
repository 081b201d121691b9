import type { z } from "zod";
import type { ResumeToken, RunEvent } from "../domain/events.ts";
import type { Reply } from "../domain/question.ts";
import type { Ability, ProcessMark } from "../domain/run.ts";
import type { Logger } from "../log.ts";
import type { EngineOptions } from "./options.ts";

export type { Ability, ProcessMark } from "../domain/run.ts";

/** One coding agent: what the rest of the program knows of it. Made by `defineEngine` (headless). */
export interface Engine {
  /** Lower case, as in `[codex]`, `/codex` and `ResumeToken.engine`. */
  readonly id: string;
  /** Its own name, for people: "Codex". */
  readonly label: string;
  /** What the `[<id>]` table of the config may hold, `baseOptions` included. Strict. */
  readonly options: z.ZodType<EngineOptions>;
  readonly resume: ResumeCodec;
  /**
   * What of a repository it would apply if the project is trusted: path, and what that can do in a few words. A path may
   * end with `/` for a directory.
   */
  readonly brings?: Readonly<Record<string, string>> | undefined;
  probe(setup: EngineSetup): Promise<Probe>;
  /** Starts a run. Never throws: whatever goes wrong comes as the run's `completed` event. */
  open(request: RunRequest): Run;
  /** What it can do where its options say `interactive = true`; absent where it can only run headless. */
  readonly live?: Live;
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
  /** The person trusts the repository here: what it brings may run. Absent means no. */
  readonly trusted?: boolean | undefined;
}

export interface RunRequest extends EngineSetup {
  /** Marks every process of the run through `TAKOPI_RUN_ID`. */
  readonly runId: string;
  readonly prompt: string;
  /** The session to go on with; absent for a new one. Its `engine` is this engine's id. */
  readonly resume?: ResumeToken;
  /** Absolute; the engine starts here with `PWD` set to it. */
  readonly cwd: string;
  /** Names the run in each line already. */
  readonly log: Logger;
  /** Called once, as soon as the engine's process exists. */
  onSpawn?(process: ProcessMark): void;
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
  /** Ends the turn and keeps the session; the run completes as stopped. */
  interrupt?(): Promise<void>;
  /** False where the question waits no longer. */
  answer?(questionId: string, reply: Reply): Promise<boolean>;
}

/** The two-way side of an engine: the same sessions, over servers that stay warm between runs. */
export interface Live {
  /** What the controls of its runs and its operations are; the README's table and refusals are made of it. */
  readonly can: readonly Ability[];
  readonly operations: Operations;
  /** Those that run now. */
  servers(): readonly LiveServer[];
  /** Ends servers that have had no run for longer than `idleMs`, ms. */
  reap(idleMs: number): Promise<void>;
  /** Ends all servers in the engine's own clean way, then by force. Resolves when none of their processes lives. */
  close(): Promise<void>;
}

export interface LiveServer extends ProcessMark {
  /** Sessions that have a run now. */
  readonly busy: readonly string[];
  /** ms since 1970 of the end of its last run; undefined while it has one. */
  readonly idleSince?: number;
}

/**
 * What can be done to a session that has no run now. Each is present only where the engine can do it.
 * Each throws EngineError whose message is for people.
 */
export interface Operations {
  compact?(session: SessionRequest): Promise<void>;
  /** Gives the new session, which begins with all of the old one's turns. */
  fork?(session: SessionRequest): Promise<ResumeToken>;
  /** Takes the last turn back, without touching files. The token differs where the engine goes on in a new session. */
  undo?(session: SessionRequest): Promise<ResumeToken>;
  rename?(session: SessionRequest, name: string): Promise<void>;
  /** Ids of models as `model` in the options takes them. */
  models?(setup: EngineSetup & { readonly cwd: string; readonly log: Logger }): Promise<readonly string[]>;
}

export interface SessionRequest extends EngineSetup {
  readonly resume: ResumeToken;
  /** Absolute; where the session's runs work. */
  readonly cwd: string;
  readonly log: Logger;
}

/** What `doctor` and `engines` say of an engine. */
export interface Probe {
  /** Where the executable was found. */
  readonly path?: string;
  readonly version?: string;
  /** What is wrong, one sentence each with its mend; empty where all is well. */
  readonly problems: readonly string[];
}
