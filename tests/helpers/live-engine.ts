import { expect, vi } from "vitest";
import type { ActionEvent, Completed, RunEvent } from "../../src/domain/events.ts";
import { markedProcesses } from "../../src/engine/marked.ts";
import type { DrivenRun } from "./driven.ts";

/** Real programs need seconds of processor time for a run: minutes on a busy machine. */
export const RUN_TIMEOUT_MS = 300_000;

export interface Finished {
  readonly events: readonly RunEvent[];
  readonly completed: Completed;
}

/** All events of a run, which must end with its one outcome. */
export async function finish(run: AsyncIterable<RunEvent>): Promise<Finished> {
  const events: RunEvent[] = [];
  for await (const event of run) events.push(event);
  const outcomes = events.filter((event) => event.type === "completed");
  expect(outcomes).toHaveLength(1);
  const [completed] = outcomes;
  if (completed === undefined || events.at(-1) !== completed) throw new Error("the outcome is not the last event");
  return { events, completed };
}

/** Reads a run to its end and stops it once `isTime` holds, which is asked again and again from the start. */
export async function finishStopped(run: DrivenRun, reason: string, isTime: () => Promise<boolean>): Promise<Finished> {
  let hasEnded = false;
  const stop = async (): Promise<void> => {
    await vi.waitUntil(async () => hasEnded || (await isTime()), { timeout: RUN_TIMEOUT_MS, interval: 200 });
    await run.stop(reason);
  };
  const read = async (): Promise<Finished> => {
    const finished = await finish(run);
    hasEnded = true;
    return finished;
  };
  const [finished] = await Promise.all([read(), stop()]);
  return finished;
}

/** The actions that ended. */
export const endedActions = ({ events }: Finished): readonly ActionEvent[] =>
  events.filter((event) => event.type === "action").filter((event) => event.phase === "completed");

export async function expectNoProcessOf(runId: string): Promise<void> {
  expect(await markedProcesses(runId)).toEqual([]);
}
