import type { Message, MessageOrigin } from "@grammyjs/types";
import { keyboardNode } from "./buttons.ts";
import { textNodes } from "./entities.ts";
import { byteSize, clock, dayName, fullTime } from "./formats.ts";
import { plainText, preview, serviceText } from "./preview.ts";
import { blockNodes } from "./rich-blocks.ts";
import { withStatus } from "./status.ts";
import type { Stream } from "./streams.ts";
import { h, icon, type VElement, type VNode } from "./vnode.ts";

/** All that a row of the message list shows besides its message. */
export interface RowContext {
  readonly isOwn: boolean;
  readonly isSilent: boolean;
  /** False if the message before is of the same sender, shortly before. */
  readonly startsGroup: boolean;
  /** Whether a line with the day stands above the message. */
  readonly startsDay: boolean;
  /** Callback data of buttons that wait for the bot's answer. */
  readonly waiting: ReadonlySet<string>;
  /** For an answer that is still being written. */
  readonly stream: Stream | undefined;
  readonly fileUrl: (fileId: string) => string;
}

/** One row: the bubble of a message, with the day above it if a new one begins. */
export function rowNode(message: Message, context: RowContext): VElement {
  const service = serviceText(message);
  const day = context.startsDay ? h("span", {}, dayName(message.date)) : undefined;
  const side = context.isOwn ? "own" : "bot";
  const group = `${context.startsGroup ? " first" : ""}${context.stream ? " stream" : ""}`;
  return h(
    "li",
    { class: service ? "row" : `row ${side}${group}`, "data-message": message.message_id },
    h("div", { class: "day" }, day),
    service ? h("p", { class: "service" }, service) : bubble(message, context),
  );
}

function bubble(message: Message, context: RowContext): VElement {
  const name = message.from?.first_name ?? "Unknown";
  const label = `${context.isOwn ? "You" : name}, ${clock(message.date)}`;
  const isWide = message.rich_message !== undefined || message.entities?.some((entity) => entity.type === "pre");
  const keyboard = message.reply_markup && keyboardNode(message.reply_markup, context.waiting);
  return h(
    "article",
    { class: isWide ? "bubble wide" : "bubble", tabindex: -1, "aria-label": label },
    h(
      "div",
      { class: "body" },
      h("div", { class: "head" }, senderNodes(message, context), replyNode(message)),
      h("div", { class: "files" }, photoNode(message, context) ?? documentNode(message, context)),
      contentNode(message, context),
      metaNode(message, context),
    ),
    h("div", { class: "under" }, context.stream ? stopNode(context.stream) : keyboard),
    context.stream ? undefined : toolsNode(message, context),
  );
}

/** The speaker, if the side does not show it; and the origin of a forwarded message. */
function senderNodes(message: Message, { isOwn, startsGroup }: RowContext): VNode[] {
  const isShown = message.chat.type !== "private" && !isOwn && startsGroup;
  const origin = message.forward_origin;
  return [
    ...(isShown ? [h("strong", { class: "sender" }, message.from?.first_name ?? "Unknown")] : []),
    ...(origin ? [h("span", { class: "forwarded" }, `Forwarded from ${originName(origin)}`)] : []),
  ];
}

function originName(origin: MessageOrigin): string {
  switch (origin.type) {
    case "user":
      return origin.sender_user.first_name;
    case "hidden_user":
      return origin.sender_user_name;
    case "chat":
      return origin.sender_chat.title ?? "a chat";
    case "channel":
      return origin.chat.title;
  }
}

/** The message that this one answers; a topic's root, which some clients name, is no answer. */
function replyNode(message: Message): VNode | undefined {
  const target = message.reply_to_message;
  if (!target || target.message_id === message.message_thread_id) return undefined;
  const author = target.from?.first_name ?? "Message";
  const attrs = { type: "button", class: "reply", "data-action": "jump", "data-value": target.message_id };
  return h("button", attrs, h("strong", {}, author), h("span", {}, preview(target)));
}

function photoNode(message: Message, { fileUrl }: RowContext): VNode | undefined {
  const photo = message.photo?.at(-1);
  if (!photo) return undefined;
  const src = fileUrl(photo.file_id);
  return h("a", { class: "photo", href: src, download: "photo" }, h("img", { src, alt: "Photo", loading: "lazy" }));
}

function documentNode(message: Message, context: RowContext): VNode | undefined {
  const file = message.document ?? message.voice;
  if (!file) return undefined;
  const name = "file_name" in file ? (file.file_name ?? "File") : "Voice message";
  const size = file.file_size === undefined ? "" : byteSize(file.file_size);
  const attrs = { class: "file", href: context.fileUrl(file.file_id), download: name, title: `Download ${name}` };
  const words = h("span", { class: "file-words" }, h("strong", {}, name), h("span", {}, size));
  return h("a", attrs, h("span", { class: "file-icon" }, icon("file")), words);
}

function contentNode(message: Message, { waiting, isOwn }: RowContext): VNode {
  const look = (nodes: readonly VNode[]) => (isOwn ? nodes : withStatus(nodes));
  const rich = message.rich_message;
  if (rich)
    return h("div", { class: "rich", dir: rich.is_rtl ? "rtl" : "auto" }, look(blockNodes(rich.blocks, waiting)));
  const text = message.text ?? message.caption ?? "";
  return h("div", { class: "text", dir: "auto" }, look(textNodes(text, message.entities ?? message.caption_entities)));
}

function stopNode({ canStop, draftId }: Stream): VNode | undefined {
  if (!canStop) return undefined;
  const attrs = { type: "button", class: "key danger", "data-action": "stop-draft", "data-value": draftId };
  return h("div", { class: "keyboard" }, h("div", { class: "keys" }, h("button", attrs, "Stop")));
}

function metaNode(message: Message, { isSilent, stream }: RowContext): VNode {
  if (stream) return h("div", { class: "meta" }, h("span", {}, "writing…"));
  const silent = isSilent ? h("span", { class: "silent", title: "Sent without sound" }, icon("mute")) : undefined;
  const edited = message.edit_date === undefined ? undefined : h("span", {}, "edited");
  const time = h("time", { title: fullTime(message.date) }, clock(message.date));
  return h("div", { class: "meta" }, silent, edited, time);
}

/** No tab stops: on the message in focus, keys do the same. */
function toolsNode(message: Message, { isOwn }: RowContext): VNode {
  const tool = (action: string, label: string, sign: string) => {
    const attrs = { type: "button", class: "tool", tabindex: -1, "data-action": action };
    return h("button", { ...attrs, "aria-label": label, title: `${label} (${label[0]})` }, icon(sign));
  };
  return h(
    "div",
    { class: "tools" },
    tool("reply", "Reply", "reply"),
    plainText(message) === "" ? undefined : tool("copy-message", "Copy text", "copy"),
    isOwn && message.text !== undefined ? tool("edit", "Edit", "edit") : undefined,
  );
}
