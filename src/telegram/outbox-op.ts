import type { MethodName, Payload } from "./api.ts";

/** Methods that the outbox paces; all name a chat. */
export type PacedMethod = Extract<
  MethodName,
  | "sendMessage"
  | "sendRichMessage"
  | "editMessageText"
  | "deleteMessage"
  | "sendDocument"
  | "sendPhoto"
  | "sendChatAction"
  | "sendMessageDraft"
  | "sendRichMessageDraft"
>;

/**
 * The more urgent goes first, within a chat and over all chats: first messages with buttons and those that replace
 * silence, then answers; notes and edits wait.
 */
export const PRIORITY = { press: 0, answer: 1, delete: 2, note: 3, edit: 4, typing: 5 } as const;

/** The key of all "typing ..." of a chat. */
export const TYPING = "typing";

/** One call to Telegram as a value. */
export interface OutboxOp<M extends PacedMethod = PacedMethod> {
  readonly method: M;
  readonly payload: Payload<M> & { readonly chat_id: number | string };
  readonly priority: (typeof PRIORITY)[keyof typeof PRIORITY];
  /** The newer of two waiting operations with one key replaces the older. */
  readonly key?: string;
  /**
   * The reaction if no answer came though Telegram may have acted: `repeat` (an edit may be repeated) or `fail` (a
   * message would come twice). A request that certainly never arrived is always repeated.
   */
  readonly doubt: "repeat" | "fail";
}
