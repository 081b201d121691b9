import type { StoredRun } from "../store/stored-run.ts";
import type { LeftRun } from "../worker/port.ts";
import { tellBatch } from "./batch.ts";
import type { BridgeOptions } from "./options.ts";
import { addContinuation } from "./sequel.ts";

/**
 * Takes over what the last bridge left; gives the runs to start, in their order. Cut-off runs are reported as
 * interrupted, their processes ended first; a run that lives on elsewhere is heard again. A cut-off run is never run
 * again unasked; with `on_restart = "resume"` its session is continued by a run of its own. Questions of cut-off runs
 * are not asked any more.
 */
export async function takeOver(options: BridgeOptions): Promise<string[]> {
  const { store, worker, cards, now, log } = options;
  const open = store.runs.open();
  const running = open.filter(({ state }) => state === "running");
  const living = await worker.recover(running.map(toLeft));
  const cutOff = running.filter(({ id }) => !living.includes(id));
  const waiting = open.filter(({ state }) => state === "queued");
  store.questions.expireOpen(now());
  for (const key of store.questions.outdated()) cards.show(key);
  const resumed = cutOff.flatMap((run) => report(run, options));
  if (open.length > 0) log.info({ cutOff: cutOff.length, waiting: waiting.length }, "bridge.recovered");
  return [...living, ...resumed, ...waiting.map(({ id }) => id)];
}

const toLeft = ({ id: runId, process, project, machine }: StoredRun): LeftRun => ({
  ...{ runId, process },
  ...(machine !== null && { machine }),
  ...(project !== null && { project }),
});

/** Gives the id of the run that continues it, if the config wants one. */
function report(run: StoredRun, options: BridgeOptions): string[] {
  const { store, config, now } = options;
  return store.durably(() => {
    const error = "Interrupted: takopi was restarted while this was running.";
    store.runs.end(run.id, { kind: "interrupted", answer: "", error, steps: run.steps, usage: undefined }, now());
    const { chatId, topicId, messageId: replyTo } = run;
    store.deliveries.add({ runId: run.id, chatId, topicId, replyTo, createdAt: now() });
    tellBatch(run, now(), store);
    return config().on_restart === "resume" && run.session !== null ? [addContinuation(run, run.session, options)] : [];
  });
}
