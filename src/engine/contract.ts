import type { z } from "zod";
import type { RunEvent, ShownEvent } from "../domain/events.ts";
import type { Goal, GoalChange } from "../domain/goal.ts";
import type { Ability, FoundSession, ProcessMark, RunCommand, RunSpec, SessionUsage } from "../domain/run.ts";
import type { Logger } from "../log.ts";
import type { EngineHost } from "./host.ts";
import type { Isolation } from "./isolation.ts";
import type { EngineOptions } from "./options.ts";
import type { RunTools } from "./pass.ts";

/** One coding agent: what the rest of the program knows of it. Made by `defineEngine`. */
export interface Engine {
  /** Lower case, as in `[codex]`, `/codex` and `ResumeToken.engine`. */
  readonly id: string;
  /** Its own name, for people: "Codex". */
  readonly label: string;
  /** The schema of the `[<id>]` table of the config, `baseOptions` included. Strict. */
  readonly options: z.ZodType<EngineOptions>;
  readonly resume: ResumeCodec;
  /** Abilities with `interactive = true`; empty if the engine can only run headless. */
  readonly can: readonly Ability[];
  readonly operations: Operations;
  /** Whether it can be given takopi's own tools. */
  readonly takesTools?: boolean | undefined;
  /** Types of the images that its models get themselves; it learns of every other file from the prompt. */
  readonly images: readonly string[];
  /**
   * Files of a repository that the engine would apply if the project is trusted: the path, and what such a file can do
   * in a few words. A path may end with `/` for a directory.
   */
  readonly brings?: Readonly<Record<string, string>> | undefined;
  /** The options that keep it from changing any file, over these; absent if takopi knows of none. */
  readOnly?(options: EngineOptions): object;
  /** Options that do not do what they seem to do, one sentence each. `table` is their place in the config. */
  warnings?(options: EngineOptions, table: string): readonly string[];
  /** Absent if nobody has said how the engine keeps its things. */
  readonly isolation?: Isolation | undefined;
  /** Versions that the tests drive; absent if there are none. */
  readonly tested?: readonly string[] | undefined;
  /** How much a model thinks; absent if the engine has no say in it. */
  readonly reasoning?: Reasoning | undefined;
  probe(setup: ProbeSetup): Promise<Probe>;
  /** The needs of takopi that the installed engine does not meet, one sentence each; absent if nobody wrote it down. */
  drift?(setup: DriftSetup): Promise<readonly string[]>;
  /** Starts a run. Never throws: whatever goes wrong comes as the run's `completed` event. */
  open(request: RunRequest): Run;
  /** The events of a recorded stream. Ends with exactly one `completed`, wherever the stream is cut off. */
  replay(stdout: AsyncIterable<Uint8Array>, log: Logger): AsyncIterable<ShownEvent>;
}

/** The option that says how much a model thinks, and what people choose from. */
export interface Reasoning {
  readonly option: string;
  /** The least first. */
  readonly levels: readonly string[];
}

/** The line that resumes a session in a terminal. Whatever `format` gives, `parse` takes back. */
export interface ResumeCodec {
  /** Without backticks: `codex resume 0199a213-...`. */
  format(value: string): string;
  /** The session named by one whole line (trimmed, backticks already off), or undefined. Case-insensitive. */
  parse(line: string): string | undefined;
  /** The same for a program of another name that stands in for the engine. */
  of?(cmd: string): ResumeCodec | undefined;
}

/** How an engine is to be run in one place: its options merged (project over global), and the environment. */
export interface EngineSetup {
  readonly options: EngineOptions;
  /** The environment of the bridge; the engine gets a scrubbed copy (see environment.ts). */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person trusts the repository here: what it brings may run. Absent means no. */
  readonly trusted?: boolean | undefined;
}

export interface DriftSetup extends EngineSetup {
  /** As the engine itself tells it; the newest line is compared without it. */
  readonly version?: string | undefined;
}

export interface ProbeSetup extends EngineSetup {
  /** Also what takes seconds, or could be in the way of a run that starts: for `doctor`. */
  readonly isThorough?: boolean;
}

/** Where an engine is to work. */
export interface WorkSetup extends EngineSetup {
  /** Absolute; the engine starts here with `PWD` set to it. */
  readonly cwd: string;
  /** Names run and engine in each line already. */
  readonly log: Logger;
  /** Whether what the repository brings (hooks, servers, plugins, settings) may run or widen anything. */
  readonly trusted: boolean;
  /** Directories of sessions that may be resumed, with everything below them; any directory if absent. */
  readonly directories?: readonly string[] | undefined;
  readonly host: EngineHost;
  /** Takopi's own tools; absent if the engine gets none. */
  readonly tools?: RunTools | undefined;
}

export interface RunRequest extends WorkSetup {
  readonly spec: RunSpec;
}

export interface SessionRequest extends WorkSetup {
  readonly session: string;
}

/** A run under way. Once nobody reads it any more, it is stopped. */
export interface Run {
  /**
   * Iterate once. `completed` is the last event and comes as soon as the outcome is certain; the iteration ends when
   * nothing of the run lives, 2 s after a stop at most.
   */
  readonly events: AsyncIterable<RunEvent>;
  /** Never throws; see `RunCommand` and `Ack` for what comes of it. Too late, it is dropped. */
  send(command: RunCommand): void;
}

/** A server that stays warm between runs, or is just starting. */
export interface LiveServer extends ProcessMark {
  readonly engine: string;
  /** Sessions that have a run now. */
  readonly busy: readonly string[];
  /** The session that was last named, if any was. */
  readonly last?: string;
  /** ms since 1970 of the end of its last run; undefined while it has one. */
  readonly idleSince?: number;
}

/**
 * Operations on a session that has no run now. Each is present only if the engine can do it, and throws EngineError
 * with a message for people.
 */
export interface Operations {
  compact?(session: SessionRequest): Promise<void>;
  /** Gives the new session, which begins with all of the old one's turns. */
  fork?(session: SessionRequest): Promise<string>;
  /** Takes the last turn back, without touching files. Gives the session to resume from then on. */
  undo?(session: SessionRequest): Promise<string>;
  rename?(session: SessionRequest, name: string): Promise<void>;
  /** Adds a text for the next turn, and begins none. */
  brief?(session: SessionRequest, text: string): Promise<void>;
  /** The sessions that began in this directory, the newest first; without a server, and whether or not it may be live. */
  sessions?(setup: WorkSetup): Promise<readonly FoundSession[]>;
  /** The engine's figures of the session, also of one that has a run; without a server, and whether or not it may be live. */
  usage?(session: SessionRequest): Promise<SessionUsage>;
  /** Gives the goal that the session then has; undefined if it has none. */
  goal?(session: SessionRequest, change: GoalChange): Promise<Goal | undefined>;
  /** Ids of models as `model` in the options takes them. */
  models?(setup: WorkSetup): Promise<readonly string[]>;
  /** Names of its own slash commands, without the slash. */
  commands?(setup: WorkSetup): Promise<readonly string[]>;
}

/** The state of an engine for `doctor` and `engines`. */
export interface Probe {
  /** Where the executable was found. */
  readonly path?: string;
  readonly version?: string;
  /** The problems, one sentence each with its fix; empty if all is well. */
  readonly problems: readonly string[];
}
