import type { continuationOf } from "../bridge/continuation.ts";
import type { TelegramConfig } from "../config/config.ts";
import { formatContext } from "../domain/context.ts";
import { initialProgress, type ProgressState } from "../domain/progress.ts";
import { usageLine } from "../domain/usage.ts";
import type { Engine } from "../engine/contract.ts";
import { knownSession, type StoredRun } from "../store/stored-run.ts";
import type { Document } from "./document.ts";
import type { Frame } from "./frame.ts";
import { renderProgress } from "./render-progress.ts";

/** How a run ended, and what it said. */
export interface OutcomeView extends Frame {
  /** Markdown, of whoever wrote it. */
  readonly answer: string;
  /** The rest of a long answer, piece by piece. */
  rest?(): Iterable<string>;
  /** Plain text, shown below the answer. */
  readonly error?: string | undefined;
  /** When the run is continued, if a person or the config says so. */
  readonly continuation?: ReturnType<typeof continuationOf>;
  /** The treatment of an answer that does not fit one message: cut it, or send it whole. */
  readonly overflow: "trim" | "split";
}

export type Style = Pick<TelegramConfig, "message_overflow" | "show_resume_line" | "show_usage" | "show_output"> & {
  /** Whether the next message in the run's conversation continues its session by itself. */
  readonly goesOn: (run: StoredRun) => boolean;
};

export const outcomeOf = (run: StoredRun, engines: readonly Engine[], style: Style): OutcomeView => ({
  label: run.outcome ?? "error",
  engine: run.engine,
  elapsedMs: elapsedOf(run),
  steps: run.steps,
  answer: run.answer ?? "",
  error: run.error ?? undefined,
  resumeLine: showsResumeLine(run, style) ? resumeLineOf(run, engines) : undefined,
  // Every other run that is done has named its session.
  isUnkept: run.outcome === "done" && knownSession(run) === null,
  cause: causeOf(run),
  usage: style.show_usage ? usageOf(run) : undefined,
  context: contextOf(run),
  overflow: style.message_overflow,
});

/** Words of a run in the form of an outcome, such as the answer of a turn that was not the last. */
export const saidView = (
  run: StoredRun,
  answer: string,
  { engines, style }: { readonly engines: readonly Engine[]; readonly style: Style },
): OutcomeView => ({
  ...outcomeOf(run, engines, style),
  ...{ label: run.outcome ?? "so far", answer, error: undefined },
  ...(run.outcome === null && { goal: "more follows" }),
});

/** A cancelled run keeps the form of its progress. */
export function cancelledView(run: StoredRun, { engines, style, progress, denied }: CancelledParts): Document {
  return renderProgress({
    label: "cancelled",
    engine: run.engine,
    elapsedMs: elapsedOf(run),
    progress: progress ?? initialProgress(),
    resumeLine: showsResumeLine(run, style) ? resumeLineOf(run, engines) : undefined,
    cause: causeOf(run),
    denied,
    context: contextOf(run),
    cwd: run.cwd ?? undefined,
  });
}

interface CancelledParts extends Pick<Frame, "denied"> {
  readonly engines: readonly Engine[];
  readonly style: Style;
  readonly progress: ProgressState | undefined;
}

/** The line may be hidden only if the next message continues the session by itself. */
export const showsResumeLine = (run: StoredRun, { show_resume_line, goesOn }: Style): boolean =>
  show_resume_line || !goesOn(run);

/** The command that resumes a run in a terminal; undefined if it has no session. */
export function resumeLineOf(run: StoredRun, engines: readonly Engine[]): string | undefined {
  const session = knownSession(run);
  return session === null ? undefined : engines.find(({ id }) => id === run.engine)?.resume.format(session);
}

/** The cause of a run, if no message began it; times are the machine's. */
export function causeOf({ origin }: StoredRun): string | undefined {
  if (origin.type === "trigger") return `trigger ${origin.name}`;
  if (origin.type !== "schedule") return undefined;
  const time = (at: number) => new Date(at).toTimeString().slice(0, 5);
  const slept = origin.slept && `, slept ${time(origin.slept.from)} to ${time(origin.slept.to)}`;
  return `schedule ${origin.name}${slept ?? ""}`;
}

/** undefined if the engine told nothing. */
function usageOf({ contextFill, costUsd, ...run }: StoredRun): string | undefined {
  if (run.inputTokens === null) return undefined;
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = run;
  const tokens = inputTokens + (outputTokens ?? 0) + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0);
  return usageLine({ tokens, costUsd, contextFill });
}

export function contextOf({ project, branch }: StoredRun): string | undefined {
  return project === null ? undefined : formatContext({ project, branch: branch ?? undefined });
}

/** Counted from the start of the engine's work; a run that never started took no time. */
function elapsedOf({ startedAt, endedAt }: StoredRun): number {
  return startedAt === null ? 0 : (endedAt ?? startedAt) - startedAt;
}
