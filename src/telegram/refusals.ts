import type { Refused } from "./api.ts";

/** What a message may go without; a later one is given up before an earlier one is. */
export type Extra = "topic" | "reply" | "entities" | "forceReply" | "photo";

interface Row {
  readonly code?: number;
  readonly says: RegExp;
  /** What to try the message without. */
  readonly without: readonly Extra[];
}

/**
 * What Telegram says when it refuses to send a message, and what is tried next. If nothing is left to try, the text
 * becomes an edit of the run's progress message; if that is refused too it is parked, the progress message says so, and
 * the main chat is told.
 *
 * | refusal | tried next | what the person sees |
 * |---|---|---|
 * | the message replied to is gone | without the reply | the answer, as a message of its own |
 * | the topic is closed, deleted or switched off | outside the topic, without the reply | the answer in the chat itself |
 * | it may not ask for a reply | without asking for one | the same message, without an open reply |
 * | the entities are wrong | without entities | the answer as plain text |
 * | no right to write, shut out | nothing | the answer in the place of the progress message, if it can be edited |
 * | anything else (400) | without entities, then the reply, then the topic | whichever gets through |
 */
const ROWS: readonly Row[] = [
  { says: /not enough rights|have no rights|WRITE_FORBIDDEN|CHAT_(SEND|RESTRICTED)/i, without: [] },
  { says: /topic|thread|not a forum/i, without: ["topic", "reply"] },
  { says: /force|markup|keyboard/i, without: ["forceReply"] },
  { says: /repl(y|ied)/i, without: ["reply"] },
  { says: /entit|parse/i, without: ["entities"] },
  { says: /photo|image/i, without: ["photo"] },
];

/** What to leave out of a message that was refused like this; undefined if it cannot be sent. */
export function leaveOut(refused: Refused, has: ReadonlySet<Extra>): readonly Extra[] | undefined {
  if (refused.code !== 400) return undefined;
  const row = ROWS.find(({ says }) => says.test(refused.reason));
  if (row?.without.length === 0) return undefined;
  const named = row?.without.filter((extra) => has.has(extra)) ?? [];
  if (named.length > 0) return named;
  const next = (["photo", "entities", "forceReply", "reply", "topic"] as const).find((extra) => has.has(extra));
  return next && [next];
}
