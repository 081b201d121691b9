import { UserError } from "../../errors.ts";
import type { StoredRun } from "../../store/stored-run.ts";
import type { Access, Caller } from "../operation.ts";

/** The run whose engine calls; what it does belongs to its conversation, and to no other. */
export function runOf({ store }: Access, { run: id }: Caller): StoredRun {
  const run = id === undefined ? undefined : store.runs.get(id);
  if (run) return run;
  throw new UserError("Only a task that runs has these tools.", { code: "not_allowed" });
}

/** Where the run says something; a reply to it continues the run. */
export const targetOf = ({ id: runId, chatId, topicId, messageId: replyTo }: StoredRun) => ({
  ...{ runId, chatId, topicId, replyTo },
});

/** @throws UserError if a run does something too often. */
export function requireFew({ bridge }: Access, run: StoredRun, what: keyof typeof MOST): void {
  if (bridge.tickets.passes.spend(run.id, what, MOST[what])) return;
  throw new UserError(`A task sends ${MOST[what]} ${what} at most, and these are used up.`, { code: "not_allowed" });
}

const MOST = { messages: 30, files: 10, questions: 20, sleeps: 1 } as const;

/** All files of a run together, in bytes: as much as an outbox may hold. */
const MOST_BYTES = 50 * 1024 * 1024;

/** @throws UserError if a file of this size is too much for its run. */
export function requireRoom({ bridge }: Access, run: StoredRun, size: number): void {
  if (bridge.tickets.passes.spend(run.id, "bytes", MOST_BYTES, size)) return;
  throw new UserError("A task sends 50 MiB of files at most, and this one would be more.", { code: "not_allowed" });
}
