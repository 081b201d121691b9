import type { StoredRun } from "../store/runs.ts";
import type { Bridge } from "./bridge.ts";
import type { BridgeParts } from "./parts.ts";
import { newRunId } from "./run-id.ts";

/** Ends whatever engine processes of a run are still there. */
export type EndLeftovers = (run: StoredRun) => Promise<void>;

/**
 * Takes up what the last bridge left: waiting runs are queued again in their order; cut-off runs are reported as
 * interrupted, their engine processes ended first. A cut-off run is never run again unasked; with
 * `on_restart = "resume"` its session goes on with a run of its own. What they had asked is not asked any more.
 */
export async function recover(bridge: Bridge, parts: BridgeParts, endLeftovers: EndLeftovers): Promise<void> {
  const open = parts.store.runs.open();
  const cutOff = open.filter(({ state }) => state === "running");
  await Promise.all(cutOff.map(endLeftovers));
  parts.store.questions.expireOpen(parts.now());
  for (const key of parts.store.questions.outdated()) parts.cards.show(key);
  const resumed = cutOff.flatMap((run) => report(run, parts));
  for (const id of resumed) bridge.start(id);
  for (const run of open) if (run.state === "queued") bridge.start(run.id);
  if (open.length > 0)
    parts.log.info({ cutOff: cutOff.length, waiting: open.length - cutOff.length }, "bridge.recovered");
  parts.screens.deliver();
}

/** Gives the id of the run that goes on with it, where the config wants one. */
function report(run: StoredRun, { store, config, now }: BridgeParts): string[] {
  return store.durably(() => {
    const error = "Interrupted: takopi was restarted while this was running.";
    store.runs.end(run.id, { kind: "interrupted", answer: "", error, steps: run.steps, usage: undefined }, now());
    const { chatId, topicId, messageId: replyTo } = run;
    store.deliveries.add({ runId: run.id, chatId, topicId, replyTo, body: null, createdAt: now() });
    if (config().on_restart !== "resume" || run.session === null) return [];
    const id = newRunId(now());
    store.runs.add({ ...run, id, prompt: "continue", resume: run.session, follows: null, createdAt: now() });
    return [id];
  });
}
