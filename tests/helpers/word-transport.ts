import type { Buttons, Document } from "../../src/chat/document.ts";
import { footerOf, headerOf } from "../../src/chat/frame.ts";
import type { Received } from "../../src/chat/incoming.ts";
import { plain, textOf } from "../../src/chat/markdown/tree.ts";
import type { Message, Target, Transport } from "../../src/chat/transport.ts";

/** A message as it stands in the chat. */
interface Shown {
  readonly text: string;
  readonly buttons: Buttons;
  readonly replyTo: string | null;
}

/** A chat in memory whose ids are words; everything that it is asked for happens at once. */
export class WordTransport implements Transport {
  readonly mainChat = "hall";
  readonly chats: Transport["chats"] = {
    isAdmin: async () => true,
    createTopic: async () => "topic",
    renameTopic: async () => true,
    linkTo: () => undefined,
  };
  readonly messages = new Map<string, Shown>();
  /** Every text that a message had. */
  readonly history: string[] = [];
  readonly receipts: string[] = [];
  #count = 0;

  readonly allows: Transport["allows"] = ({ userId }) => userId === "ann";
  readonly read = (update: unknown) => update as Received;
  readonly compose: Transport["compose"] = async (view) => [
    { head: [headerOf(view)], body: [plain(view.answer), plain(view.error ?? "")], foot: footerOf(view) },
  ];
  readonly composeFolded: Transport["composeFolded"] = ({ document, folds }) => [
    { ...document, body: [...document.body, ...folds] },
  ];
  readonly drop = () => {};
  readonly showTyping = () => {};
  readonly draft = () => undefined;
  readonly fetchFile: Transport["fetchFile"] = () => Promise.reject(new Error("there are no files here"));
  readonly removeStrays = async () => {};
  readonly acknowledge: Transport["acknowledge"] = (_press, text) => void this.receipts.push(text);
  readonly remove: Transport["remove"] = async (_chat, id) => this.messages.delete(id);

  readonly send: Transport["send"] = async (target, message, { buttons = [] }) => {
    const id = `message-${WORDS[this.#count++] ?? this.#count}`;
    this.#show(id, message, { buttons, replyTo: (target satisfies Target).replyTo });
    return id;
  };

  readonly edit: Transport["edit"] = async (_chat, id, message, { buttons }) => {
    const before = this.messages.get(id);
    if (before) this.#show(id, message, { ...before, ...(buttons && { buttons }) });
    return before !== undefined;
  };

  /** Where a message with this in its text stands. */
  find(part: string): { readonly id: string; readonly shown: Shown } | undefined {
    for (const [id, shown] of this.messages) if (shown.text.includes(part)) return { id, shown };
    return undefined;
  }

  #show(id: string, message: Message, more: Omit<Shown, "text">): void {
    const text = "body" in message ? textOfDocument(message) : JSON.stringify(message);
    this.history.push(text);
    this.messages.set(id, { ...more, text });
  }
}

const WORDS = ["apple", "bread", "cloud", "drum"];

function textOfDocument({ head = [], body, foot = [] }: Document): string {
  const blocks = [...head, ...body, ...foot];
  return blocks.map((block) => ("children" in block ? textOf(block.children) : JSON.stringify(block))).join("\n");
}

/** A machine without a file that could be sent. */
export const NO_FILES = () => Promise.reject(new Error("there are no files here"));
