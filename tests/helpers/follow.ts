import { vi } from "vitest";
import type { Completed, RunEvent } from "../../src/domain/events.ts";
import type { Question } from "../../src/domain/question.ts";
import type { DrivenRun } from "./driven.ts";
import { type Finished, finish, RUN_TIMEOUT_MS } from "./live-engine.ts";

/** A run that is read in the background while a test acts on it. */
export interface Followed {
  readonly run: DrivenRun;
  readonly events: readonly RunEvent[];
  readonly finished: Promise<Finished>;
  /** The first event for which this holds, come already or yet to come. */
  event(isIt: (event: RunEvent) => boolean): Promise<RunEvent>;
  /** The question after those that were given before. */
  question(): Promise<Question>;
}

export function follow(run: DrivenRun): Followed {
  const events: RunEvent[] = [];
  let asked = 0;
  const finished = finish(keep(run, events));
  finished.catch(() => {});
  const until = <Found>(find: () => Found | undefined): Promise<Found> =>
    vi.waitUntil(() => find() ?? failOver(events), { timeout: RUN_TIMEOUT_MS, interval: 10 });
  return {
    run,
    events,
    finished,
    event: (isIt) => until(() => events.find(isIt)),
    question: async () => {
      const question = await until(() => questionsOf(events)[asked]);
      asked += 1;
      return question;
    },
  };
}

export const questionsOf = (events: readonly RunEvent[]): readonly Question[] =>
  events.flatMap((event) => (event.type === "question" ? [event.question] : []));

async function* keep(run: DrivenRun, events: RunEvent[]): AsyncGenerator<RunEvent> {
  for await (const event of run) {
    events.push(event);
    yield event;
  }
}

/** What is waited for will not come any more. */
function failOver(events: readonly RunEvent[]): undefined {
  const outcome = events.find((event): event is Completed => event.type === "completed");
  if (outcome) throw new Error(`the run is over: ${JSON.stringify(outcome)}`);
  return undefined;
}
