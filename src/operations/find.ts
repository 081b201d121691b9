import { conversationKey } from "../bridge/resolve.ts";
import type { Asked, Thread } from "../bridge/threads.ts";
import { UserError } from "../errors.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { Access, Caller } from "./operation.ts";

/** The run of this id; else that of the message replied to; else the only one of the conversation's chat. */
export function findRun(access: Access, id: string | undefined, caller: Caller): string {
  const { store } = access;
  const { place } = caller;
  if (id !== undefined) {
    if (store.runs.get(id)) return id;
    throw new UserError(`No run is called ${id}: \`runs\` lists them.`, { code: "not_found" });
  }
  if (place.reply) {
    const run = store.messages.runOf(place.chatId, place.reply.messageId);
    if (run) return run.id;
    throw new UserError("Nothing is running for that message.");
  }
  const [only, ...others] = candidatesFor(access, caller);
  if (!only) throw new UserError("Nothing is running in this chat.", { code: "not_found" });
  if (others.length === 0) return only.id;
  throw new UserError("Several tasks are under way: reply to the progress message of one.");
}

/** The runs that a message without a reply may mean: those of its topic, else those of its chat. */
export function candidatesFor({ bridge }: Access, { place }: Caller): readonly StoredRun[] {
  if (place.reply) return [];
  const active = bridge.active(place.chatId);
  const here = active.filter(({ topicId }) => topicId === (place.topicId ?? null));
  return here.length > 0 ? here : active;
}

/**
 * The session of this id or of a run of this id, or of which this is the beginning; else what the conversation means.
 */
export function findThread(access: Access, name: string | undefined, { place }: Caller): Thread {
  const { bridge, store } = access;
  if (name === undefined) return bridge.threads.find(place, access);
  const run = store.runs.get(name);
  if (run) return bridge.threads.of(run);
  const [only, ...others] = store.threads.beginningWith(name);
  if (!only) throw new UserError(`No session is called ${name}: \`sessions\` lists them.`, { code: "not_found" });
  if (others.length === 0) return bridge.threads.of(only);
  const names = [only, ...others].map(({ session }) => session).join(", ");
  throw new UserError(`Several sessions begin with ${name}: ${names}. Name one of them in full.`);
}

/** Where a session that is made of another belongs. */
export const askedBy = ({ place }: Caller, { config }: Access): Asked => ({
  ...place,
  conversation: conversationKey(place, config),
});
