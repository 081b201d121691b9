import type { Refused } from "./api.ts";

/** Parts that a message can lose, the first to keep longest. */
export type Extra = "topic" | "reply" | "forceReply" | "disabled" | "entities" | "photo";

/** `rich` is a send of a rich message, which can be composed as a classic one. */
export type Call = "send" | "rich" | "edit" | "remove";

/**
 * The next step: the same without these parts, the message in its classic form, or nothing more. `done`: it is as it
 * should be. `gone`: there is no message to edit.
 */
export type Next = readonly Extra[] | "classic" | "done" | "gone" | "nothing";

interface Row {
  readonly calls: readonly Call[];
  readonly says: RegExp;
  readonly next: Next;
  /** Telegram's words. */
  readonly example: string;
  readonly sees: string;
}

const SENDS = ["send", "rich"] as const;

/**
 * Refusals of Telegram, and the next try for each. If nothing is left to try, the text of a send becomes an edit of the
 * run's progress message; if that is refused too it is parked, the progress message says so, and the main chat is told.
 * The outbox waits out 429 and 5xx, and `Post` follows a group that has become a supergroup.
 */
export const REFUSALS: readonly Row[] = [
  {
    calls: SENDS,
    says: /not enough rights|have no rights|WRITE_FORBIDDEN|CHAT_(SEND|RESTRICTED)/i,
    next: "nothing",
    example: "not enough rights to send text messages to the chat",
    sees: "the answer in the place of the progress message",
  },
  {
    calls: SENDS,
    says: /topic|thread|not a forum/i,
    next: ["topic", "reply"],
    example: "TOPIC_CLOSED",
    sees: "the answer in the chat itself, as a message of its own",
  },
  {
    calls: SENDS,
    says: /force|markup|keyboard/i,
    next: ["forceReply"],
    example: "force reply isn't supported",
    sees: "the same message, without an open reply",
  },
  {
    calls: ["edit"],
    says: /button|keyboard|markup/i,
    next: ["disabled"],
    example: "can't parse inline keyboard button: Text buttons are unallowed",
    sees: "the message without buttons that only say something: the server is older than Bot API 10.3",
  },
  {
    calls: SENDS,
    says: /repl(y|ied)/i,
    next: ["reply"],
    example: "message to be replied not found",
    sees: "the answer as a message of its own",
  },
  {
    calls: ["send", "edit"],
    says: /entit|parse/i,
    next: ["entities"],
    example: "can't parse entities: unsupported",
    sees: "the answer as plain text",
  },
  {
    calls: ["send"],
    says: /photo|image/i,
    next: ["photo"],
    example: "IMAGE_PROCESS_FAILED",
    sees: "the picture as a document",
  },
  {
    calls: ["rich"],
    says: /rich message must be non-empty|method not found/i,
    next: "classic",
    example: "rich message must be non-empty",
    sees: "the answer as a classic message, and so all later ones: the server knows no others",
  },
  {
    calls: ["edit"],
    says: /not modified/i,
    next: "done",
    example: "message is not modified",
    sees: "the message as it is",
  },
  {
    calls: ["edit"],
    says: /to edit not found|can't be edited|MESSAGE_ID_INVALID/i,
    next: "gone",
    example: "message to edit not found",
    sees: "a new message",
  },
  {
    calls: ["remove"],
    says: /to delete not found|MESSAGE_ID_INVALID/i,
    next: "done",
    example: "message to delete not found",
    sees: "nothing: somebody else removed it",
  },
  {
    calls: ["remove"],
    says: /can't be deleted/i,
    next: "nothing",
    example: "message can't be deleted",
    sees: "the message, edited to say that the answer is below",
  },
];

/** In which order a message goes without what it has, if nobody knows what it was refused for. */
const BY_TRIAL = ["photo", "entities", "disabled", "forceReply", "reply", "topic"] as const;

/** The reaction to a refusal, known or not, of a call with these parts. */
export function nextAfter(call: Call, refused: Refused, has: ReadonlySet<Extra>): Next {
  if (refused.code === 403) return "nothing";
  const known = REFUSALS.find(({ calls, says }) => calls.includes(call) && says.test(refused.reason))?.next;
  if (typeof known === "string") return known;
  const named = known?.filter((extra) => has.has(extra)) ?? [];
  if (named.length > 0) return named;
  if (call === "rich") return "classic";
  const next = BY_TRIAL.find((extra) => has.has(extra));
  if (next !== undefined && refused.code === 400) return [next];
  return call === "edit" ? "gone" : "nothing";
}

/** Whether the server takes no rich message at all, as those from before them. */
export const knowsNoRich = ({ code, reason }: Refused): boolean =>
  code === 404 || /rich message must be non-empty/i.test(reason);
