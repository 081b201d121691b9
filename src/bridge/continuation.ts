import type { Schedule } from "../domain/schedule.ts";
import { resetOf } from "../domain/usage-limit.ts";
import type { EngineOptions } from "../engine/options.ts";
import type { Store } from "../store/store.ts";
import { knownSession, type StoredRun } from "../store/stored-run.ts";

/** The clocks of the engine's maker and of this machine differ a little. */
const SAFE_MS = 60_000;

/** The schedule that continues a run when its limit is reset: there is never a second one of a run. */
export const continuationName = (runId: string): string => `continue-${runId}`;

/**
 * Prepares the continuation of a run that ended at its plan's limit: at once, or as a draft that a person may save. To
 * be called in the transaction that stores the outcome.
 */
export function prepareContinuation(
  run: StoredRun,
  atLimit: NonNullable<EngineOptions["at_limit"]>,
  store: Pick<Store, "schedules">,
): void {
  const { id, error, endedAt, chatId, topicId, outcome } = run;
  if (outcome !== "error" || atLimit === "stop" || knownSession(run) === null) return;
  const resetAt = resetOf(error ?? "", endedAt ?? run.createdAt);
  if (resetAt === undefined) return;
  const at = resetAt + SAFE_MS;
  const schedule: Schedule = {
    ...{ name: continuationName(id), when: { at }, prompt: "continue", chatId, topicId: topicId ?? undefined },
    ...{ session: "same", overlap: "queue", missed: "once", only_when_idle: false },
  };
  store.schedules.add({
    ...{ name: schedule.name, state: atLimit === "wait" ? "active" : "draft", definition: JSON.stringify(schedule) },
    // A draft is kept for as long as it can be saved.
    ...{ lastDueAt: atLimit === "wait" ? (endedAt ?? run.createdAt) : at, lastRunId: id },
  });
}

/** When a run is to be continued, and whether that is settled; undefined if there is nothing to wait for. */
export function continuationOf(
  runId: string,
  { schedules }: Pick<Store, "schedules">,
): { readonly at: number; readonly isSettled: boolean } | undefined {
  const stored = schedules.get(continuationName(runId));
  const { when } = JSON.parse(stored?.definition ?? "{}") as Partial<Schedule>;
  return stored && when && "at" in when ? { at: when.at, isSettled: stored.state === "active" } : undefined;
}
