import { z } from "zod";
import { conversationKey } from "../bridge/resolve.ts";
import type { Asked, Thread } from "../bridge/threads.ts";
import { UserError } from "../errors.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { Access, Caller } from "./operation.ts";

/** How an input names a run: see `findRun`. */
export const runRef = z.string().optional().describe("a run, or a session by name or id");

/** The run under way that is meant: by `ref`, see `findRun`; else by the message replied to; else the only one of the chat. */
export function findActive(access: Access, ref: string | undefined, caller: Caller): string {
  const { store } = access;
  const { place } = caller;
  if (ref !== undefined) return newestActive(access, namedRun(access, ref)).id;
  if (place.reply) {
    const run = store.messages.runOf(place.chatId, place.reply.messageId);
    if (run) return run.id;
    throw new UserError("Nothing is running for that message.");
  }
  const [only, ...others] = candidatesFor(access, caller);
  if (!only) throw new UserError("Nothing is running in this chat.", { code: "not_found" });
  if (others.length === 0) return only.id;
  if (caller.surface === "chat")
    throw new UserError("Several tasks are under way: reply to the progress message of one.");
  const names = [only, ...others].map(({ id }) => id).join(", ");
  throw new UserError(`Several tasks are under way: ${names}. Name one of them.`);
}

/** The run of a session that runs or waits. */
function newestActive({ bridge }: Access, run: StoredRun): StoredRun {
  const isOfSession = (one: StoredRun) => one.id === run.id || (one.engine === run.engine && isSame(one, run));
  return bridge.active(run.chatId).find(isOfSession) ?? run;
}

const isSame = (one: StoredRun, other: StoredRun) => one.session !== null && one.session === other.session;

/** The runs that a message without a reply may mean: those of its topic, else those of its chat. */
export function candidatesFor({ bridge }: Access, { place }: Caller): readonly StoredRun[] {
  if (place.reply) return [];
  const active = bridge.active(place.chatId);
  const here = active.filter(({ topicId }) => topicId === (place.topicId ?? null));
  return here.length > 0 ? here : active;
}

/**
 * The run that is meant: by the id of a run, the name or id of a session (then its newest run), or the unique beginning
 * of one of these; without `ref` the run of the message replied to, else the only one under way, else the newest of the
 * conversation.
 *
 * @throws UserError if there is none, or with the candidates if there are several.
 */
export function findRun(access: Access, ref: string | undefined, { place }: Caller): StoredRun {
  const { bridge, store } = access;
  if (ref !== undefined) return namedRun(access, ref);
  if (place.reply) {
    const run = store.messages.runOf(place.chatId, place.reply.messageId);
    if (run) return run;
    throw new UserError("That message belongs to no run.", { code: "not_found" });
  }
  const active = bridge.active(place.chatId);
  const [newest] = active.length === 1 ? active : store.runs.recent(1, place.chatId);
  if (newest) return newest;
  throw new UserError("Nothing has been run here yet.", { code: "not_found" });
}

/** The session that is meant, as of `findRun`; without `ref` what the conversation means. */
export function findThread(access: Access, ref: string | undefined, { place, surface }: Caller): Thread {
  const { threads } = access.bridge;
  if (ref !== undefined) return threads.of(namedRun(access, ref));
  if (surface === "chat" || surface === "run") return threads.find(place, access);
  throw new UserError("Say which session you mean: its name, its id, or the beginning of one, as `session`.", {
    code: "not_found",
  });
}

function namedRun({ store }: Access, ref: string): StoredRun {
  const exact = store.runs.get(ref) ?? store.threads.named(ref);
  if (exact) return exact;
  const found = store.threads.beginningWith(ref);
  const [only, ...others] = found;
  if (!only) {
    throw new UserError(
      `No session or run is called ${ref}: \`sessions\` and \`runs\` list them, and \`continue\` takes over one that began in a terminal.`,
      {
        code: "not_found",
      },
    );
  }
  if (others.length === 0) return only.run;
  const names = found.map(({ name }) => name).join(", ");
  throw new UserError(`Several begin with ${ref}: ${names}. Name one of them in full.`, { code: "usage" });
}

/** Where a session that is made of another belongs. */
export const askedBy = ({ place }: Caller, { config }: Access): Asked => ({
  ...place,
  conversation: conversationKey(place, config),
});
