import type { Usage } from "../domain/events.ts";
import type { PromptFile } from "../domain/files.ts";
import type { Origin } from "../domain/origin.ts";
import type { ProcessMark } from "../domain/run.ts";
import type { ErrorCode } from "../errors.ts";
import type { Row } from "./database.ts";

export type OutcomeKind = "done" | "error" | "cancelled" | "interrupted";

/** Why a run is ended from outside. The first reason wins. */
export interface StopReason {
  readonly kind: Extract<OutcomeKind, "cancelled" | "interrupted" | "error">;
  /** For people, one sentence. */
  readonly text: string;
}

/** A prompt and what became of it. Times are ms since 1970; absent values are null. */
export interface StoredRun {
  readonly id: string;
  readonly state: "queued" | "running" | "ended";
  readonly origin: Origin;
  /** With the topic: the conversation that shows the run and its answer. */
  readonly chatId: string;
  readonly topicId: string | null;
  /** The person's message, which progress and answer reply to; null if no message asked for the run. */
  readonly messageId: string | null;
  readonly userId: string | null;
  readonly engine: string;
  readonly project: string | null;
  readonly branch: string | null;
  readonly prompt: string;
  /** Files that came with the prompt. */
  readonly files: readonly PromptFile[];
  /** Names, in the order in which they apply. */
  readonly presets: readonly string[];
  /** The session that was asked for. */
  readonly resume: string | null;
  /** The run whose session to continue, if its id was not known yet when this one was asked for. */
  readonly follows: string | null;
  /** The session that the engine reported. */
  readonly session: string | null;
  /** The machine that carries it out, "" for the bridge's own; null before it begins, and for runs of older versions. */
  readonly machine: string | null;
  readonly cwd: string | null;
  /** Set as soon as somebody wants it ended. */
  readonly stop: StopReason | undefined;
  readonly process: ProcessMark | undefined;
  /** Set if this is no task, but a session that was made of this run's. */
  readonly branchOf: string | null;
  readonly progressId: string | null;
  /** 1 if there may be a progress message, whether or not its id is known. */
  readonly progressAsked: number;
  readonly outcome: OutcomeKind | null;
  /** The first piece of it, if it is a long one: see `LongAnswers`. */
  readonly answer: string | null;
  readonly error: string | null;
  /** The kind of the failure; null unless it failed, and for runs of versions that did not keep it. */
  readonly failure: ErrorCode | null;
  readonly steps: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  readonly costUsd: number | null;
  readonly contextFill: number | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** The session that the engine reported, or else the one that was asked for; null while there is neither. */
export const knownSession = ({ session, resume }: Pick<StoredRun, "session" | "resume">): string | null =>
  session ?? resume;

/** The runs of one engine in one project (null outside projects) together. */
export interface UsageRow {
  readonly engine: string;
  readonly project: string | null;
  readonly runs: number;
  /** Tokens of all kinds, cached ones included. */
  readonly tokens: number;
  readonly costUsd: number;
}

/** The facts about a run when it is asked for. */
export type NewRun = Pick<
  StoredRun,
  | "id"
  | "chatId"
  | "topicId"
  | "messageId"
  | "userId"
  | "engine"
  | "project"
  | "branch"
  | "prompt"
  | "resume"
  | "follows"
  | "createdAt"
> & { readonly origin?: Origin; readonly files?: readonly PromptFile[]; readonly presets?: readonly string[] };

/** A row of the table. */
export type RunRow = Omit<StoredRun, "origin" | "process" | "files" | "presets" | "stop"> & {
  readonly origin: string;
  readonly files: string;
  readonly presets: string;
  readonly pid: number | null;
  readonly processStart: string | null;
  readonly markId: string | null;
  readonly stop: string | null;
} & Row;

export interface RunOutcome {
  readonly kind: OutcomeKind;
  readonly answer: string;
  readonly error: string | undefined;
  /** If it is no failure of the engine. */
  readonly failure?: ErrorCode | undefined;
  readonly steps: number;
  readonly usage: Usage | undefined;
}

/** A row of the table as a run. */
export function toRun({ origin, files, presets, pid, processStart, markId, stop, ...run }: RunRow): StoredRun {
  const mark = markId === null ? {} : { markId };
  const process = pid === null ? undefined : { pid, startTime: processStart ?? "", ...mark };
  return {
    ...{ ...run, process, origin: JSON.parse(origin) as Origin },
    stop: stop === null ? undefined : (JSON.parse(stop) as StopReason),
    ...{ files: JSON.parse(files) as PromptFile[], presets: JSON.parse(presets) as string[] },
  };
}
