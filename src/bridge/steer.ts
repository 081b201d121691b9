import { EngineError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { knownSession, type StoredRun } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import type { Prompt, Resolved } from "./resolve.ts";
import type { Job } from "./run-job.ts";

/**
 * The run under way that a prompt can be added to: of its thread and its place, on an engine that takes messages in
 * mid-turn. None where the prompt names something else than the run has, or replies to one that still waits.
 */
export function findSteerable(
  prompt: Prompt,
  resolved: Resolved,
  { jobs, store }: { readonly jobs: Iterable<Job>; readonly store: Store },
): Job | undefined {
  const replied = prompt.reply && store.runs.byMessage(prompt.chatId, prompt.reply.messageId);
  if (replied?.state === "queued") return undefined;
  const ahead = lastStarted(resolved.follows, store);
  for (const job of jobs) {
    const run = store.runs.get(job.run.id);
    if (run?.state !== "running" || job.controls?.steer === undefined || job.signal.aborted) continue;
    const session = knownSession(run);
    const isOfThread =
      run.id === ahead || (session !== null && run.engine === resolved.engine && session === resolved.resume);
    if (isOfThread && isSamePlace(run, prompt) && isMeant(run, resolved)) return job;
  }
  return undefined;
}

/**
 * Adds a text to a running turn. False where the engine did not take it; never rejects, and is settled at the latest
 * when the run is over.
 */
export async function steer(job: Job, text: string, log: Logger): Promise<boolean> {
  try {
    const taken = job.controls?.steer?.(text).then(() => true);
    return await Promise.race([taken ?? false, job.over.then(() => false)]);
  } catch (error) {
    const level = error instanceof EngineError ? "info" : "error";
    log[level]({ err: error, runId: job.run.id }, "steer.refused");
    return false;
  }
}

/** The newest run at or before this one in its chain that does not wait. */
function lastStarted(id: string | null | undefined, store: Store): string | undefined {
  const run = id ? store.runs.get(id) : undefined;
  return run?.state === "queued" ? lastStarted(run.follows, store) : run?.id;
}

/** Elsewhere nobody would see the answer. */
const isSamePlace = (run: StoredRun, { chatId, topicId }: Prompt) =>
  run.chatId === chatId && run.topicId === (topicId ?? null);

function isMeant(run: StoredRun, { named: { engine, project, branch } }: Resolved): boolean {
  return (
    (engine ?? run.engine) === run.engine &&
    (project === undefined || project === run.project) &&
    (branch === undefined || branch === run.branch)
  );
}
