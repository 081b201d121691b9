import type { StopReason, StoredRun } from "../store/stored-run.ts";
import type { LeftRun } from "../worker/port.ts";
import { tellBatch } from "./batch.ts";
import type { BridgeOptions } from "./options.ts";
import { endOf } from "./outcome.ts";
import { addContinuation } from "./sequel.ts";

/**
 * Takes over what the last bridge left; gives the runs to start, in their order. Cut-off runs are reported as
 * interrupted, or as what they were stopped for, their processes ended first; a run that lives on elsewhere is heard
 * again. A cut-off run is never run again unasked; with `on_restart = "resume"` its session is continued by a run of its
 * own. Questions of cut-off runs are not asked any more; those of runs that live on are asked anew.
 */
export async function takeOver(options: BridgeOptions): Promise<string[]> {
  const { store, worker, cards, now, log } = options;
  const open = store.runs.open();
  const living = new Set(await worker.recover(open.filter(mayHaveBegun).map(toLeft)));
  const isLost = ({ id, state, stop }: StoredRun) => (state === "running" || stop !== undefined) && !living.has(id);
  const cutOff = open.filter(isLost);
  const kept = open.filter((run) => !isLost(run));
  const begun = kept.filter(({ state }) => state === "running");
  const waiting = kept.filter(({ state }) => state === "queued");
  store.questions.withdrawOf([...living], now());
  store.questions.expireOpen(now());
  for (const key of store.questions.outdated()) cards.show(key);
  const resumed = cutOff.flatMap((run) => report(run, options));
  if (open.length > 0) log.info({ cutOff: cutOff.length, waiting: waiting.length }, "bridge.recovered");
  return [...begun.map(({ id }) => id), ...resumed, ...waiting.map(({ id }) => id)];
}

/** Another machine may have what was ready for it, even if nobody has heard so. */
const mayHaveBegun = ({ state, machine, files }: StoredRun): boolean =>
  state === "running" || (Boolean(machine) && files.every(({ placed }) => placed));

const toLeft = ({ id: runId, state, process, project, machine }: StoredRun): LeftRun => ({
  ...{ runId, process, hasBegun: state === "running" },
  ...(machine !== null && { machine }),
  ...(project !== null && { project }),
});

const RESTARTED: StopReason = {
  kind: "interrupted",
  text: "Interrupted: takopi was restarted while this was running.",
};

/** Gives the id of the run that continues it, if the config wants one. */
function report(run: StoredRun, options: BridgeOptions): string[] {
  const { store, config, now } = options;
  return store.durably(() => {
    const end = endOf(run.stop ?? RESTARTED);
    store.runs.end(run.id, { ...end, answer: "", steps: run.steps, usage: undefined }, now());
    const { chatId, topicId, messageId: replyTo } = run;
    store.deliveries.add({ runId: run.id, chatId, topicId, replyTo, createdAt: now() });
    tellBatch(run, now(), store);
    const isWanted = config().on_restart === "resume" && run.stop === undefined;
    return isWanted && run.session !== null ? [addContinuation(run, run.session, options)] : [];
  });
}
