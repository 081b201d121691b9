import type { TelegramConfig } from "../config/config.ts";
import { formatContext } from "../domain/context.ts";
import { initialProgress, type ProgressState } from "../domain/progress.ts";
import type { Engine } from "../engine/contract.ts";
import { knownSession, type StoredRun } from "../store/runs.ts";
import type { Content } from "../telegram/content.ts";
import type { TextFile } from "../telegram/post.ts";
import { renderFinal } from "../telegram/render-final.ts";
import { renderProgress } from "./render-progress.ts";

/** A part of what is to be delivered: a message, or the whole answer as a file. */
export type Part = { readonly content: Content } | { readonly file: TextFile };

export type Style = Pick<
  TelegramConfig,
  "messages" | "stream_answer" | "message_overflow" | "show_resume_line" | "session_mode"
>;

/** The messages that tell how a run ended. */
export async function outcomeParts(run: StoredRun, engines: readonly Engine[], style: Style): Promise<Part[]> {
  const { parts, file } = await renderFinal(
    {
      label: run.outcome ?? "error",
      engine: run.engine,
      elapsedMs: elapsedOf(run),
      steps: run.steps,
      answer: run.answer ?? "",
      error: run.error ?? undefined,
      resumeLine: showsResumeLine(run, style) ? resumeLineOf(run, engines) : undefined,
      context: contextOf(run),
      overflow: style.message_overflow,
    },
    style.messages,
  );
  return [...parts.map((content) => ({ content })), ...(file ? [{ file }] : [])];
}

/** A cancelled run keeps the form of its progress. */
export function cancelledContent(
  run: StoredRun,
  { engines, style, progress }: { engines: readonly Engine[]; style: Style; progress: ProgressState | undefined },
): Content {
  return renderProgress({
    label: "cancelled",
    engine: run.engine,
    elapsedMs: elapsedOf(run),
    progress: progress ?? initialProgress(),
    resumeLine: showsResumeLine(run, style) ? resumeLineOf(run, engines) : undefined,
    context: contextOf(run),
    cwd: run.cwd ?? undefined,
  });
}

/** The line may be hidden only where the next message goes on with the session by itself. */
export function showsResumeLine({ topicId }: StoredRun, { show_resume_line, session_mode }: Style): boolean {
  return show_resume_line || session_mode !== "chat" || topicId !== null;
}

/** How to go on with a run in a terminal; undefined where it has no session. */
export function resumeLineOf(run: StoredRun, engines: readonly Engine[]): string | undefined {
  const session = knownSession(run);
  return session === null ? undefined : engines.find(({ id }) => id === run.engine)?.resume.format(session);
}

export function contextOf({ project, branch }: StoredRun): string | undefined {
  return project === null ? undefined : formatContext({ project, branch: branch ?? undefined });
}

/** From the start of the engine's work; a run that never started took no time. */
function elapsedOf({ startedAt, endedAt }: StoredRun): number {
  return startedAt === null ? 0 : (endedAt ?? startedAt) - startedAt;
}
