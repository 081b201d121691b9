import type { RunEvent } from "../domain/events.ts";
import type { PlacedFile, PromptFile } from "../domain/files.ts";
import type { Goal } from "../domain/goal.ts";
import type { Denials } from "../domain/narrowing.ts";
import type { FoundSession, ProcessMark, RunCommand, RunSpec, SessionOperation, SessionUsage } from "../domain/run.ts";
import { UserError } from "../errors.ts";
import type { Lookups } from "./lookups.ts";

/** A machine that carries runs out, as the bridge sees it. All but the functions is JSON. */
export interface Worker {
  /** Never throws: whatever goes wrong comes as the run's `completed` event. */
  run(spec: RunSpec): WorkerRun;
  /**
   * Does something to a session that has no run now. `input`: the name for `rename`, the text for `brief`,
   * the change for `goal`.
   *
   * @throws UserError
   */
  operate(operation: SessionOperation, place: OperationPlace, input?: string): Promise<OperationResult>;
  /** Reads something of the machine. @throws UserError */
  look<Name extends keyof Lookups>(name: Name, input: Lookups[Name]["input"]): Promise<Lookups[Name]["output"]>;
  /**
   * Resolves when the machine of a place can take something: at once, unless it is another one. Until then `onWait` hears
   * why not, and at last nothing.
   *
   * @throws `signal.reason` once aborted.
   */
  ready(place: FilePlace, signal: AbortSignal, onWait: (reason: string | undefined) => void): Promise<void>;
  /**
   * Puts a file where a run of this place finds it, under a name of its own.
   *
   * @throws MachineAway; another UserError if the file cannot be there; what `bytes` throws.
   */
  put(place: FilePlace, file: NewFile): Promise<PlacedFile>;
  /** Whether an engine is on the machine of a place, by what was heard last; undefined if nobody has looked yet. */
  isInstalled(engine: string, place: Pick<RunSpec, "project" | "machine">): boolean | undefined;
  /** A file of a place by its path from there, or a folder as a zip. @throws UserError if it cannot be sent. */
  read(place: FilePlace, path: string): Promise<ReadableFile>;
  /**
   * Ends what the last bridge left: processes of these runs, and its warm servers. Call it once, before any run. Gives
   * the runs that may live on elsewhere: call `run` for each of them again.
   */
  recover(left: readonly LeftRun[]): Promise<readonly string[]>;
  /** Ends the warm servers. Call it when no run lives. Resolves within 3 s. */
  close(): Promise<void>;
}

/** Another machine cannot be reached now. */
export class MachineAway extends UserError {}

/** Work begins with the first look at `events`. Iterate once; the iteration ends when nothing of the run lives. */
export interface WorkerRun {
  readonly events: AsyncIterable<WorkerEvent>;
  send(command: RunCommand): void;
  /**
   * Ends the events of a run whose machine is away, or has not ended it yet though it was told to, and leaves the run to
   * the next bridge; false if it must be stopped, or is over. Absent if no run outlives the bridge.
   */
  leave?(): boolean;
  /** Whether its machine is away, as its events have told. Absent if the machine is this one. */
  readonly isAway?: boolean;
}

/** `placed` comes before the engine starts, and the engine starts only after the reader has dealt with `placed`. */
export type WorkerEvent =
  | RunEvent
  | { readonly type: "placed"; readonly cwd: string; readonly denials?: Denials }
  /** Comes before `completed`, if there is something to send. */
  | { readonly type: "outgoing"; readonly outgoing: Outgoing };

export type OperationPlace = Pick<RunSpec, "engine" | "session" | "project" | "branch" | "overrides">;

export type FilePlace = Pick<RunSpec, "project" | "branch" | "machine">;

export interface NewFile extends Pick<PromptFile, "name" | "mime"> {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
  /** Where a person wants it; the directory for uploads and a name that is free if absent. */
  readonly to?: Wanted | undefined;
}

export interface Wanted {
  /** From the place; a directory if it ends with a slash. */
  readonly path: string;
  /** Takes the place of a file that is there. */
  readonly isForced: boolean;
}

export interface SentFile extends Pick<ReadableFile, "name" | "size" | "mime"> {
  readonly path: string;
  /** If only this version of it is meant. */
  readonly version?: string;
}

export interface ReadableFile {
  readonly name: string;
  /** Bytes; of a zip, the most that it can have. */
  readonly size: number;
  /** Known of images and zips alone. */
  readonly mime: string;
  /** How many files and links of a folder its zip lacks. */
  readonly leftOut: number;
  /** Another one once somebody has changed it. */
  readonly version: string;
  /** May be called again to read the file again. @throws UserError if it cannot be sent any more. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** Files that a run put into its outbox. */
export interface Outgoing {
  readonly files: readonly SentFile[];
  /** One sentence for each that cannot be sent. */
  readonly problems: readonly string[];
}

export interface OperationResult {
  /** `fork` and `undo`: the session to continue with. */
  readonly session?: string;
  /** `models`: ids, as `overrides.model` takes them. */
  readonly models?: readonly string[];
  /** `commands`: names without the slash. */
  readonly commands?: readonly string[];
  /** `goal`: the one that the session then has. */
  readonly goal?: Goal | undefined;
  /** `end`: whether there was a warm server. */
  readonly hasEnded?: boolean;
  /** `usage` */
  readonly usage?: SessionUsage;
  /** `sessions`: the newest first. */
  readonly sessions?: readonly FoundSession[];
}

/** A run that was cut off, with its stored process. */
export interface LeftRun extends Pick<RunSpec, "project" | "machine"> {
  readonly runId: string;
  /** False if nobody has told that it began: its machine may have it all the same. */
  readonly hasBegun: boolean;
  readonly process: ProcessMark | undefined;
}
