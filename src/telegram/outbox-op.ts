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
 * What is more urgent goes first within a chat and over all chats: what a person can press and what replaces silence,
 * then answers; notes and edits wait.
 */
export const PRIORITY = { press: 0, answer: 1, delete: 2, note: 3, edit: 4, typing: 5 } as const;

/** One call to Telegram as a value. */
export interface OutboxOp<M extends PacedMethod = PacedMethod> {
  readonly method: M;
  readonly payload: Payload<M> & { readonly chat_id: number | string };
  readonly priority: (typeof PRIORITY)[keyof typeof PRIORITY];
  /** Of two waiting operations with one key, the newer takes the older's place. */
  readonly key?: string;
  /**
   * What to do when no answer came though Telegram may have acted: `repeat` (an edit may be repeated) or `fail` (a
   * message would be doubled). A request that certainly never arrived is always repeated.
   */
  readonly doubt: "repeat" | "fail";
}
