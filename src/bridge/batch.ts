import { formatElapsed } from "../domain/elapsed.ts";
import { inlineCode } from "../domain/inline-code.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";

/**
 * If the last run of a batch has just ended, its chat is told how all of them did. Call it as soon as the outcome is
 * stored.
 */
export function tellBatch({ origin, chatId, topicId }: StoredRun, at: number, { runs, deliveries }: Store): void {
  if (origin.type !== "batch") return;
  const all = runs.ofBatch(origin.of);
  if (all.some(({ state }) => state !== "ended")) return;
  const done = all.filter(({ outcome }) => outcome === "done").length;
  const head = done === all.length ? `All ${done} are done.` : `${done} of ${all.length} are done.`;
  const body = `${head}\n\n${all.map((run) => `- ${describe(run)}`).join("\n")}`;
  deliveries.add({ chatId, topicId, body, createdAt: at });
}

function describe({ project, outcome, startedAt, endedAt, steps }: StoredRun): string {
  const took = startedAt === null || endedAt === null ? [] : [formatElapsed(endedAt - startedAt)];
  return [inlineCode(project ?? "no project"), outcome ?? "error", ...took, `${steps} steps`].join(" · ");
}
