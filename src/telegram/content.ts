import type { InputRichBlock, MessageEntity } from "grammy/types";

/** Text with entities: at most 4096 UTF-16 units, shown by every client. */
export interface ClassicContent {
  readonly kind: "classic";
  readonly text: string;
  readonly entities: MessageEntity[];
}

/** Blocks of a rich message, within Telegram's limits for it. */
export interface RichContent {
  readonly kind: "rich";
  readonly blocks: InputRichBlock[];
}

/** The body of one message. */
export type Content = ClassicContent | RichContent;
