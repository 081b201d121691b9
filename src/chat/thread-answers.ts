import type { Asked, Thread, Threads } from "../bridge/threads.ts";
import type { StoredRun } from "../store/runs.ts";
import type { Answer } from "./commands/command.ts";
import { inlineCode } from "./inline-code.ts";

/** Compacts a thread, and says so. @throws UserError */
export async function compactThread(thread: Thread, threads: Threads): Promise<Answer> {
  await threads.compact(thread);
  return { body: `The context of this ${thread.engine.label} session was compacted.`, runId: thread.run.id };
}

/** Forks a thread, and says how to go on with the copy. @throws UserError */
export async function forkThread(thread: Thread, threads: Threads, asked: Asked): Promise<Answer> {
  const copy = await threads.fork(thread, asked);
  return { body: `Forked. A reply to this goes on with the copy.\n\n${resumeLine(thread, copy)}`, runId: copy.id };
}

/** Takes the last turn back, and says how to go on without it. @throws UserError */
export async function undoTurn(thread: Thread, threads: Threads, asked: Asked): Promise<Answer> {
  const left = await threads.undo(thread, asked);
  const body = `The last turn was taken back; files stay as they are. A reply to this goes on without it.`;
  return { body: `${body}\n\n${resumeLine(thread, left)}`, runId: left.id };
}

const resumeLine = ({ engine, session }: Thread, run: StoredRun) =>
  inlineCode(engine.resume.format(run.session ?? session));
