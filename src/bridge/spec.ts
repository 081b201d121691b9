import { toAttachments, withPlaces } from "../domain/files.ts";
import type { RunSpec } from "../domain/run.ts";
import { UserError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { Briefs } from "../store/threads.ts";
import { sessionOf } from "./thread.ts";

/**
 * A stored run as a worker is told to carry it out.
 *
 * @throws UserError if it continues a task that ended without a session.
 */
export function specOf(run: StoredRun, { runs, threads }: Pick<Store, "runs" | "threads">): RunSpec {
  const { id: runId, engine, project, branch, prompt, files, follows } = run;
  const { session } = sessionOf(run, runs);
  if (session === undefined && follows !== null) {
    const problem = "The task before this one ended without a session to continue";
    throw new UserError(`${problem}: send this again as a new message.`);
  }
  const model = session === undefined ? undefined : threads.model(engine, session);
  return {
    ...{ runId, engine, prompt: withPlaces(prompt, files, session !== undefined), attachments: toAttachments(files) },
    overrides: model === undefined ? {} : { model },
    ...(session !== undefined && { session }),
    ...(project !== null && { project }),
    ...(branch !== null && { branch }),
  };
}

/** What its session is to be told before the prompt. */
export const briefsFor = ({ engine, session }: RunSpec, { threads }: Pick<Store, "threads">): Briefs =>
  session === undefined ? { engine, session: "", texts: [], upTo: 0 } : threads.briefs(engine, session);
