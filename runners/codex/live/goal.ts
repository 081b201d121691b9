import { z } from "zod";
import { GOAL_STATUSES, type Goal, type GoalTerms } from "../../../src/domain/goal.ts";
import type { RpcPeer } from "../../../src/engine/json-rpc.ts";
import { isThreadId } from "../resume.ts";

/** As the server tells it, in 0.169.0. A status that is not known here ends a run like any but `active`. */
export const wireGoal = z
  .object({
    objective: z.string(),
    status: z.enum(GOAL_STATUSES).catch("blocked"),
    tokensUsed: z.number(),
    tokenBudget: z.number().nullish(),
  })
  .transform(({ tokenBudget, ...goal }): Goal => ({ ...goal, ...(tokenBudget && { tokenBudget }) }));

const set = z.object({ goal: wireGoal });
const found = z.object({ goal: wireGoal.nullish() });

/** Works whether or not the thread is loaded, like all below. */
export async function readGoal(peer: RpcPeer, threadId: string): Promise<Goal | undefined> {
  return (await peer.call("thread/goal/get", { threadId }, found)).goal ?? undefined;
}

/** Sets the status alone, which keeps objective and budget; gives what was paused, if anything was. */
export async function pauseGoal(peer: RpcPeer, threadId: string): Promise<Goal | undefined> {
  const goal = await readGoal(peer, threadId);
  if (goal?.status !== "active") return undefined;
  return (await peer.call("thread/goal/set", { threadId, status: "paused", origin: "user" }, set)).goal;
}

/** A thread with an active goal would begin turns of its own as soon as it is loaded. Older versions know no goals. */
export const pauseBefore = (peer: RpcPeer, thread: string): Promise<Goal | undefined> =>
  isThreadId(thread) ? pauseGoal(peer, thread).catch(() => undefined) : Promise.resolve(undefined);

export async function clearGoal(peer: RpcPeer, threadId: string): Promise<void> {
  await peer.call("thread/goal/clear", { threadId, origin: "user" }, z.unknown());
}

/** Without a budget codex keeps the one that the goal has. */
export type KeptTerms = Omit<GoalTerms, "tokenBudget"> & { readonly tokenBudget?: number | undefined };

/** Begins the turns of a loaded thread. Without an objective it resumes the goal that the thread has. */
export async function beginGoal(
  peer: RpcPeer,
  threadId: string,
  { objective, terms }: { readonly objective: string; readonly terms: KeptTerms },
): Promise<Goal> {
  const { isResumed, tokenBudget } = terms;
  // The usage of an old goal would count for the new one.
  if (!isResumed) await clearGoal(peer, threadId);
  const params = { threadId, status: "active", tokenBudget, origin: "user", ...(!isResumed && { objective }) };
  return (await peer.call("thread/goal/set", params, set)).goal;
}
