import type { Origin } from "../domain/origin.ts";
import { UserError } from "../errors.ts";
import { knownSession, type StoredRun } from "../store/stored-run.ts";
import { checkPrompt } from "./limits.ts";
import type { BridgeOptions } from "./options.ts";
import { newRunId } from "./run-id.ts";
import { sessionOf } from "./thread.ts";

/** Stores a run that continues another's session; gives its id. */
export function addContinuation(
  run: StoredRun,
  session: string,
  { store, now }: BridgeOptions,
  prompt = "continue",
): string {
  const createdAt = now();
  const id = newRunId(createdAt);
  const origin: Origin =
    run.origin.type === "goal" ? { ...run.origin, isResumed: true, of: run.id } : { type: "continuation", of: run.id };
  store.runs.add({ ...run, id, origin, prompt, files: [], resume: session, follows: null, createdAt });
  return id;
}

/**
 * Stores a run that resumes one that was cut off, as if "continue" had been replied to it.
 *
 * @param active The runs of its chat that run or wait.
 * @throws UserError if there is no session, or it is running already, or the run was resumed before.
 */
export function resumeRun(run: StoredRun, active: readonly StoredRun[], options: BridgeOptions): string {
  const session = knownSession(run);
  if (session === null) throw new UserError("It cannot be resumed: it has no session.");
  if (options.store.runs.sequelOf(run.id)) throw new UserError("It was resumed already: see below.");
  const isBusy = active.some((one) => one.engine === run.engine && knownSession(one) === session);
  if (isBusy) throw new UserError("That session is already running.");
  return addContinuation(run, session, options);
}

/**
 * Stores a run with the task of one that failed, in the same session.
 *
 * @param waiting How many runs wait in its chat.
 * @throws UserError if there is such a run already, the text of the task is no longer kept, or a limit is reached.
 */
export function repeatRun(run: StoredRun, waiting: number, options: BridgeOptions): string {
  const { store, now } = options;
  if (store.runs.sequelOf(run.id)) throw new UserError("It was tried again already: see below.");
  if (run.prompt === "") throw new UserError("The text of this task is no longer kept: send it again.");
  checkPrompt(run.prompt, waiting, options);
  const { session } = sessionOf(run, store.runs);
  const createdAt = now();
  const id = newRunId(createdAt);
  const isKept = run.origin.type === "goal" || run.origin.type === "command";
  const origin: Origin = isKept ? { ...run.origin, of: run.id } : { type: "again", of: run.id };
  store.runs.add({ ...run, id, origin, resume: session ?? null, follows: null, createdAt });
  return id;
}
