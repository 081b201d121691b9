import type { StoredRun } from "../store/stored-run.ts";
import type { Job } from "./job.ts";
import type { BridgeOptions } from "./options.ts";
import type { RunView } from "./screen.ts";
import { sessionOf } from "./thread.ts";
import type { Threads } from "./threads.ts";

/** What is shown of a run that waits, besides its place. */
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
  if (ahead.canSteer || isDraining) return { ...facts, canSteer: ahead.canSteer && isSameConversation(run, running) };
  const problem = threads.whyNot(run, "steer");
  return { ...facts, ...(problem !== undefined && { note: `${problem} So this waits for its turn.` }) };
}

/** Elsewhere nobody would see the answer. */
export const isSameConversation = (one: StoredRun, other: StoredRun): boolean =>
  one.chatId === other.chatId && one.topicId === other.topicId;
