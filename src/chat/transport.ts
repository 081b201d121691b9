import type { FileSource } from "../bridge/screen.ts";
import type { Chats } from "../operations/chats.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { BinaryFile, Buttons, Document, FoldedDocument, TextFile } from "./document.ts";
import type { Origin, Press, Received } from "./incoming.ts";
import type { OutcomeView } from "./outcome.ts";

/** Where a message goes; null if it goes to no topic, or replies to nothing. */
export interface Target {
  readonly chatId: string;
  readonly topicId: string | null;
  readonly replyTo: string | null;
}

export interface SendOptions {
  readonly buttons?: Buttons | undefined;
  readonly isSilent: boolean;
  /** A reply is wanted: the person's client opens one to this message, if it can. */
  readonly wantsReply?: boolean;
  /** `press`: a person is asked something. `note`: nobody waits for it. By default it is an answer. */
  readonly urgency?: "press" | "answer" | "note";
  /** For a progress message: it gives way to answers, and its key takes it back while it waits. */
  readonly key?: string;
}

/** A message that the transport made of an outcome; nobody else looks into it. */
export interface Composed {
  readonly composed: unknown;
}

export type Message = Document | TextFile | BinaryFile | Composed;

/** An answer that is shown while it is written. */
export interface Draft {
  /** @param answer all of it so far, Markdown. */
  write(answer: string): void;
  close(): void;
}

/**
 * A way to people: everything that `chat/` needs of Telegram, or of whatever takes its place. Ids of chats, topics,
 * messages and people are the transport's own. Calls are repeated for as long as that does no harm; what a call
 * rejects with is one of the errors below.
 */
export interface Transport {
  /** The chat that gets the bridge's own warnings. */
  readonly mainChat: string;
  readonly chats: Chats;
  allows(origin: Origin): boolean;
  /** Text for the log about a sender who is not allowed, if there is more to say than the id. */
  hintOn?(origin: Origin): string | undefined;
  /** Undefined if the bridge has no use for the update. @throws Unreadable */
  read(update: unknown): Received | undefined;
  /** The messages that an outcome takes, in order. `isPlain`: in the form that is refused last. */
  compose(outcome: OutcomeView, chatId: string, isPlain: boolean): Promise<readonly Message[]>;
  /** The messages that it takes, in order; as of `compose`. */
  composeFolded(folded: FoldedDocument, chatId: string, isPlain: boolean): readonly Message[];
  /** Gives the id of the message. */
  send(target: Target, message: Message, options: SendOptions): Promise<string>;
  /** False if there is nothing to edit (any more). */
  edit(chatId: string, messageId: string, message: Message, options: SendOptions): Promise<boolean>;
  /** True when the message is gone, whoever removed it. */
  remove(chatId: string, messageId: string): Promise<boolean>;
  /** Takes back what waits under a key. */
  drop(chatId: string, key: string): void;
  /** Tells the person who pressed what came of it. Never rejects. */
  acknowledge(press: Press, text: string): void;
  /** "typing ..." for a few seconds. */
  showTyping(target: Target): void;
  /** Undefined if answers are not to be seen while they are written. */
  draft(run: StoredRun, draftId: string): Draft | undefined;
  /** The bytes of a file that came with a message. */
  readonly fetchFile: FileSource["fetchFile"];
  /** Takes away messages of ours, between two known ones, that arrived although no answer said so. */
  removeStrays(chatId: string, between: { readonly after: string; readonly before: string }): Promise<void>;
}

/** An update that is not what the transport documents. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
  /** Undefined if not even that can be told. */
  readonly origin: Origin | undefined;
  constructor(origin: Origin | undefined, cause: unknown) {
    super("the update cannot be read", { cause });
    this.origin = origin;
  }
}

/** A call that was taken back, or gave way to a newer one with its key. */
export class Superseded extends Error {
  override readonly name = "Superseded";
}

/** No answer came: the message may have arrived or not. */
export class InDoubt extends Error {
  override readonly name: string = "InDoubt";
}

/** The transport will never take this message in this form: compose it plainer. */
export class TooRich extends Error {
  override readonly name = "TooRich";
}
