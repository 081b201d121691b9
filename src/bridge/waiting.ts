import type { StoredRun } from "../store/stored-run.ts";
import type { Job } from "./job.ts";
import type { Jobs } from "./jobs.ts";
import type { BridgeOptions } from "./options.ts";
import type { Scheduler } from "./scheduler.ts";
import type { RunView } from "./screen.ts";
import { isSamePlace } from "./steer.ts";
import { sessionOf, threadOf } from "./thread.ts";
import type { Threads } from "./threads.ts";

/** Shown of a run that waits, besides its place. */
export type WaitingFacts = Pick<RunView, "resumeLine" | "canSteer" | "note">;

export interface Found {
  /** The run under way in its thread. */
  readonly ahead: Pick<Job, "id" | "canSteer"> | undefined;
  readonly threads: Pick<Threads, "whyNot">;
  /** Nothing is started any more. */
  readonly isDraining: boolean;
}

type Parts = Found & Pick<BridgeOptions, "engines" | "store">;

/** How its session is resumed, and if its task can be added to the turn that it waits for, or why not. */
export function waitingFacts(run: StoredRun, { ahead, isDraining, engines, store, threads }: Parts): WaitingFacts {
  const { session } = sessionOf(run, store.runs);
  const line = session && engines.find(({ id }) => id === run.engine)?.resume.format(session);
  const note = isDraining ? "takopi is shutting down: this waits for its next start." : undefined;
  const facts = { ...(line && { resumeLine: line }), ...(note && { note }) };
  const running = ahead && store.runs.get(ahead.id);
  if (!ahead || !running) return facts;
  if (ahead.canSteer || isDraining) return { ...facts, canSteer: ahead.canSteer && isSamePlace(run, running) };
  const problem = threads.whyNot(run, "steer");
  return { ...facts, ...(problem !== undefined && { note: `${problem} So this waits for its turn.` }) };
}

interface TurnParts extends Pick<BridgeOptions, "store"> {
  readonly jobs: Jobs;
  readonly scheduler: Scheduler;
}

/** Adds the task of a waiting run to the turn that it waits for: false if that is not possible (any more). */
export async function addToTurn(id: string, { jobs, scheduler, store: { runs } }: TurnParts): Promise<boolean> {
  const run = runs.get(id);
  const ahead = run && jobs.get(scheduler.runnerOf(threadOf(run, runs)) ?? "");
  const into = ahead && runs.get(ahead.id);
  const release = into && ahead.canSteer && isSamePlace(run, into) && scheduler.pause(id);
  if (!release) return false;
  try {
    const files = await ahead.fetch(run.files);
    if (!(await ahead.steer(run.prompt, files))) return false;
    scheduler.drop(id);
    jobs.get(id)?.merge(ahead.id);
    jobs.forget(id, Promise.resolve());
    return true;
  } finally {
    release();
  }
}

/** Stores that a run is part of another one now, and says so where it was asked for. */
export function storeMerge(id: string, into: string, { store, screens, now }: BridgeOptions): void {
  store.durably(() => {
    const run = store.runs.get(id);
    if (!run || !store.runs.merge(id, into, now())) return;
    const { chatId, topicId, messageId: replyTo } = run;
    const body = "Added to the running turn.";
    store.deliveries.add({ runId: into, chatId, topicId, replyTo, body, isSilent: true, createdAt: now() });
  });
  screens.forget(id);
  screens.deliver();
}
