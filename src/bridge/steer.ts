import type { PreferencePlace } from "../store/preferences.ts";
import type { Store } from "../store/store.ts";
import { knownSession, type StoredRun } from "../store/stored-run.ts";
import type { Prompt, Resolved } from "./resolve.ts";

interface Addition {
  readonly prompt: Prompt;
  readonly resolved: Resolved;
  readonly store: Store;
}

/**
 * Whether a prompt can be added to a running run: it is of the run's thread and place, names nothing else than the run
 * has, and is no reply to a run that waits.
 */
export function isSteerable(runId: string, { prompt, resolved, store }: Addition): boolean {
  const replied = prompt.reply && store.messages.runOf(prompt.chatId, prompt.reply.messageId);
  const run = store.runs.get(runId);
  if (!run || replied?.state === "queued") return false;
  const session = knownSession(run);
  const isOfThread =
    run.id === lastStarted(resolved.follows, store) ||
    (session !== null && run.engine === resolved.engine && session === resolved.resume);
  return isOfThread && isSamePlace(run, prompt) && isMeant(run, resolved);
}

/** The newest run at or before this one in its chain that does not wait. */
function lastStarted(id: string | null | undefined, store: Store): string | undefined {
  const run = id ? store.runs.get(id) : undefined;
  return run?.state === "queued" ? lastStarted(run.follows, store) : run?.id;
}

/** Elsewhere nobody would see the answer. */
export const isSamePlace = (run: StoredRun, { chatId, topicId }: PreferencePlace): boolean =>
  run.chatId === chatId && run.topicId === (topicId ?? null);

function isMeant(run: StoredRun, { named: { engine, project, branch, presets } }: Resolved): boolean {
  return (
    presets.every((preset) => run.presets.includes(preset)) &&
    (engine ?? run.engine) === run.engine &&
    (project === undefined || project === run.project) &&
    (branch === undefined || branch === run.branch)
  );
}
