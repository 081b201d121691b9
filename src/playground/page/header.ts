import { byId } from "./by-id.ts";
import { avatarNode } from "./chat-list.ts";
import { Mount } from "./mount.ts";
import type { Store } from "./store.ts";
import { h } from "./vnode.ts";

/** Shows the name and state of the open conversation. */
export class Header {
  private readonly store: Store;
  private readonly avatar = new Mount(byId("chat-avatar"));

  constructor(store: Store) {
    this.store = store;
  }

  render(): void {
    const conversation = this.store.conversation();
    byId("chat-title").textContent = conversation?.title ?? "";
    byId("chat-status").textContent = conversation ? this.status(conversation.key) : "";
    byId("chat-status").classList.toggle("typing", conversation !== undefined && this.store.isTyping(conversation.key));
    this.avatar.show(h("div", {}, conversation && avatarNode(conversation)));
    byId("input").setAttribute("aria-label", `Message to ${conversation?.title ?? "the bot"}`);
  }

  private status(key: string): string {
    if (this.store.isTyping(key)) return `${this.store.bot.name} is typing…`;
    const chat = this.store.conversation(key)?.chat;
    if (!chat || chat.type === "private") return `@${this.store.bot.username} · bot`;
    return chat.topics.length > 0 ? `${chat.title} · forum group` : "group";
  }
}
