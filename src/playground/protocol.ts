import type { Message, RichMessage } from "@grammyjs/types";

/** A chat that the page offers. Messages are the Bot API's own `Message` objects. */
export interface PageChat {
  readonly id: number;
  readonly type: "private" | "supergroup";
  readonly title: string;
  /** Topics of a forum group, the general one left out. */
  readonly topics: readonly { readonly id: number; readonly name: string }[];
  readonly commands: readonly PageCommand[];
}

/** Events of the emulator for the page, one JSON object per server-sent event (`GET /page/events`). */
export type PageEvent =
  | {
      readonly type: "hello";
      /** It changes at a restart, since message ids begin again. */
      readonly world: string;
      readonly bot: { readonly username: string; readonly name: string };
      readonly chats: readonly PageChat[];
      readonly messages: readonly Message[];
    }
  | { readonly type: "message"; readonly message: Message; readonly silent: boolean }
  | { readonly type: "edited"; readonly message: Message }
  | { readonly type: "deleted"; readonly chat_id: number; readonly message_id: number }
  | { readonly type: "typing"; readonly chat_id: number; readonly message_thread_id?: number }
  | { readonly type: "commands"; readonly chat_id: number; readonly commands: readonly PageCommand[] }
  | PageDraft
  | { readonly type: "answer"; readonly press_id: string; readonly text?: string; readonly show_alert?: boolean };

/** An answer while it is written; it is gone once a message comes. */
export interface PageDraft {
  readonly type: "draft";
  readonly chat_id: number;
  readonly message_thread_id?: number;
  readonly draft_id: number;
  readonly text?: string;
  readonly entities?: Message["entities"];
  readonly rich_message?: RichMessage;
  readonly can_stop: boolean;
}

export interface PageCommand {
  readonly command: string;
  readonly description: string;
}

/** `POST /page/send`: a message from the person. Answers `{ message }`. */
export interface PageSend {
  readonly chat_id: number;
  readonly message_thread_id?: number;
  readonly text: string;
  readonly reply_to_message_id?: number;
}

/** `POST /page/edit`: a new text for the person's own message. Answers `{ message }`. */
export interface PageEdit {
  readonly chat_id: number;
  readonly message_id: number;
  readonly text: string;
}

/** `POST /page/stop`: a press on the stop button of a draft. Answers `{}`. */
export interface PageStop {
  readonly chat_id: number;
  readonly draft_id: number;
}

/** `POST /page/press`: a press on a callback button. Answers `{ press_id }`; the bot's answer comes as an event. */
export interface PagePress {
  readonly chat_id: number;
  readonly message_id: number;
  readonly data: string;
}

/**
 * `POST /page/upload?chat_id=&message_thread_id=&name=&caption=&reply_to_message_id=&media_group_id=` with the file as
 * the body: a document from the person, or a photo if the body is a picture. Answers `{ message }`. `GET /page/file/<file_id>` gives a file back.
 * Every request carries the page's key, which the printed address brings along (`/?key=...`), in the header
 * `x-page-key` or, for events and files, as `?key=`: any site in the browser could otherwise post a task.
 */
export const PAGE_KEY_HEADER = "x-page-key";
