import type { Message } from "@grammyjs/types";
import type { PageDraft } from "../protocol.ts";
import { keyOf } from "./conversations.ts";

/** An answer that is being written; it has the looks of a message. */
export interface Stream {
  readonly message: Message;
  readonly draftId: number;
  readonly canStop: boolean;
}

/** Past every id of a message, so that its row is the last. */
const STREAM_ID = Number.MAX_SAFE_INTEGER;

/** The answer being written in each conversation, one at most, as Telegram's clients show it. */
export class Streams {
  /** Telegram takes a draft away when it was not shown again for this long. */
  static readonly LIFETIME_MS = 30_000;
  private readonly streams = new Map<string, Stream & { readonly until: number }>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  put({ chat_id, message_thread_id, draft_id, can_stop, text, entities, rich_message }: PageDraft, bot: string): void {
    const message = {
      message_id: STREAM_ID,
      date: Math.floor(this.now() / 1000),
      chat: { id: chat_id, type: "private", first_name: "" },
      from: { id: 0, is_bot: true, first_name: bot },
      ...(text !== undefined && { text }),
      ...(entities !== undefined && { entities }),
      ...(rich_message !== undefined && { rich_message }),
    } as Message;
    const stream = { message, draftId: draft_id, canStop: can_stop, until: this.now() + Streams.LIFETIME_MS };
    this.streams.set(keyOf(chat_id, message_thread_id), stream);
  }

  of(key: string | undefined): Stream | undefined {
    const stream = this.streams.get(key ?? "");
    return stream && stream.until > this.now() ? stream : undefined;
  }

  /** A message of the bot takes the place of what it was writing. */
  drop(key: string): void {
    this.streams.delete(key);
  }

  clear(): void {
    this.streams.clear();
  }
}
