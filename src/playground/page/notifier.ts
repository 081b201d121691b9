import type { Message } from "@grammyjs/types";
import { keyOfMessage } from "./conversations.ts";
import { preview } from "./preview.ts";
import type { Store } from "./store.ts";
import { announce, showToast } from "./toasts.ts";

const TITLE = document.title;

/**
 * Tells the person of messages that arrive: to screen readers always, as a note when another conversation is
 * open, in the tab's title while the page is hidden. Silent ones only count, they do not call.
 */
export class Notifier {
  private readonly store: Store;
  private unseen = 0;

  constructor(store: Store) {
    this.store = store;
    document.addEventListener("visibilitychange", () => this.count(document.hidden ? this.unseen : 0));
  }

  note(message: Message, silent: boolean): void {
    const key = keyOfMessage(message);
    const text = `${message.from?.first_name ?? "Bot"}: ${preview(message)}`;
    if (key === this.store.open) announce(text);
    if (silent) return;
    if (document.hidden) this.count(this.unseen + 1);
    if (key === this.store.open) return;
    announce(text);
    showToast(`${this.store.conversation(key)?.title ?? "Chat"} — ${preview(message)}`, key);
  }

  private count(unseen: number): void {
    this.unseen = unseen;
    document.title = unseen > 0 ? `(${unseen}) ${TITLE}` : TITLE;
  }
}
