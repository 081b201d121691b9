import type { Conversation } from "./conversations.ts";
import { briefTime } from "./formats.ts";
import { preview, serviceText } from "./preview.ts";
import type { Store } from "./store.ts";
import { h, icon, type VElement, type VNode } from "./vnode.ts";

/** Avatars take one of this many colours of the style sheet. */
const AVATAR_COLOURS = 6;

/** The list of chats; topics stand under the name of their group. */
export function chatListNode(store: Store): VElement {
  const items = store.conversations.flatMap((conversation, index) => {
    const { chat } = conversation;
    const startsForum = chat.topics.length > 0 && store.conversations[index - 1]?.chat !== chat;
    const head = startsForum ? [h("li", { class: "forum", "aria-hidden": "true" }, chat.title)] : [];
    return [...head, itemNode(store, conversation)];
  });
  return h("ul", {}, items);
}

function itemNode(store: Store, conversation: Conversation): VNode {
  const { key, title } = conversation;
  const last = store.history.of(key).at(-1);
  const unread = store.unreadOf(key);
  const line = store.isTyping(key) ? "typing…" : last ? preview(last) : "No messages yet";
  const own =
    last && !store.isTyping(key) && store.isOwn(last) && !serviceText(last)
      ? h("span", { class: "you" }, "You: ")
      : undefined;
  const badge = unread && h("span", { class: unread.notifies ? "badge" : "badge quiet" }, `${unread.count}`);
  const attrs = { type: "button", class: "chat", "data-action": "open", "data-value": key };
  const time = h("time", {}, last ? briefTime(last.date, store.seconds()) : "");
  const words = h(
    "span",
    { class: "chat-words" },
    h("span", { class: "chat-top" }, h("strong", {}, title), time),
    h("span", { class: "chat-line" }, h("span", { class: "last" }, own, line), badge),
  );
  return h(
    "li",
    {},
    h("button", { ...attrs, "aria-current": key === store.open && "true" }, avatarNode(conversation), words),
  );
}

/** A coloured mark: a hash for a topic, else the first letter of the title. */
export function avatarNode({ chat, topicId, title }: Conversation): VNode {
  const isTopic = topicId !== undefined || chat.topics.length > 0;
  const colour = Math.abs(topicId ?? chat.id) % AVATAR_COLOURS;
  const sign = isTopic ? icon("topic") : ([...title][0] ?? "?").toUpperCase();
  return h("span", { class: `avatar colour-${colour}${isTopic ? " topic" : ""}`, "aria-hidden": "true" }, sign);
}
