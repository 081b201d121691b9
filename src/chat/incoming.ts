import type { PromptFile } from "../domain/files.ts";
import type { Author } from "../domain/origin.ts";

/** The sender and the chat of an update. */
export interface Origin {
  readonly chatId: string;
  readonly userId: string | undefined;
  /** A program wrote it; the bridge listens to people only. */
  readonly isBot?: boolean | undefined;
}

type Attachment = "file" | "sticker" | "location" | "contact" | "poll" | "checklist" | "story" | "game" | "giveaway";

/** A message from a person, as far as the bridge reads it. */
export interface Incoming extends Origin {
  readonly updateId: number;
  readonly topicId: string | undefined;
  readonly messageId: string;
  readonly userName?: string | undefined;
  readonly isPrivate: boolean;
  /** Text or caption; "" if there is neither. */
  readonly text: string;
  readonly isForward: boolean;
  /** Photos, documents and the like that came with it. */
  readonly files?: readonly PromptFile[] | undefined;
  /** A recording that is to be the text. */
  readonly voice?: PromptFile | undefined;
  /** The text is what a program heard in a recording. */
  readonly isSpoken?: boolean | undefined;
  /** Something besides text and files that the bridge cannot read. */
  readonly attachment: Attachment | undefined;
  /** Messages that were sent as one album share it. */
  readonly albumId?: string | undefined;
  /** UTF-16 units that its text leaves of a message: a client that cut a longer text had no room for what follows. */
  readonly room?: number | undefined;
  /** `button` is what the first button of the message replied to does. */
  readonly reply:
    | {
        readonly messageId: string;
        readonly text: string;
        readonly button?: string | undefined;
        /** The author of that text; absent if it may be somebody else, as in a forward. */
        readonly author?: Author | undefined;
        /** A program wrote it. */
        readonly isByBot?: boolean | undefined;
      }
    | undefined;
  /** The quoted message. `text` is "" if only its existence is known; `from` is absent within a chat. */
  readonly quote?: { readonly text: string; readonly from: string | undefined } | undefined;
}

/** A press on a button. */
export interface Press extends Origin {
  readonly updateId: number;
  /** The id of this press; its answer goes there. */
  readonly pressId: string;
  readonly messageId: string;
  readonly topicId: string | undefined;
  readonly userId: string;
  readonly userName?: string | undefined;
  readonly isPrivate: boolean;
  readonly data: string;
}

/** A press on the transport's own Stop below an answer that is being written. */
export interface DraftStop extends Origin {
  readonly updateId: number;
  readonly draftId: string;
}

export type Received =
  | { readonly message: Incoming }
  /** A message as it reads now. */
  | { readonly edit: Incoming }
  | { readonly press: Press }
  | { readonly stop: DraftStop };

export function originOf(received: Received): Incoming | Press | DraftStop {
  if ("message" in received) return received.message;
  if ("edit" in received) return received.edit;
  return "press" in received ? received.press : received.stop;
}
