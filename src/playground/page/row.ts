import type { Message, MessageOrigin } from "@grammyjs/types";
import { keyboardNode } from "./buttons.ts";
import { textNodes } from "./entities.ts";
import { byteSize, clock, dayName, fullTime } from "./formats.ts";
import { plainText, preview, serviceText } from "./preview.ts";
import { blockNodes } from "./rich-blocks.ts";
import { h, icon, type VElement, type VNode } from "./vnode.ts";

/** All that a row of the message list shows besides its message. */
export interface RowContext {
  readonly isOwn: boolean;
  readonly isSilent: boolean;
  /** False where the message before is of the same sender, shortly before. */
  readonly startsGroup: boolean;
  /** Whether a line with the day stands above the message. */
  readonly startsDay: boolean;
  /** Callback data of buttons that wait for the bot's answer. */
  readonly waiting: ReadonlySet<string>;
  readonly fileUrl: (fileId: string) => string;
}

/** One row: the bubble of a message, with the day above it where a new one begins. */
export function rowNode(message: Message, context: RowContext): VElement {
  const service = serviceText(message);
  const day = context.startsDay ? h("span", {}, dayName(message.date)) : undefined;
  const side = context.isOwn ? "own" : "bot";
  const group = context.startsGroup ? " first" : "";
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
      h("div", { class: "files" }, documentNode(message, context)),
      contentNode(message, context),
      metaNode(message, context),
    ),
    h("div", { class: "under" }, keyboard),
    toolsNode(plainText(message)),
  );
}

/** Who speaks, where that is not plain from the side; and where a forwarded message comes from. */
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

function documentNode(message: Message, context: RowContext): VNode | undefined {
  const file = message.document ?? message.photo?.at(-1);
  if (!file) return undefined;
  const name = "file_name" in file ? (file.file_name ?? "File") : "Photo";
  const size = file.file_size === undefined ? "" : byteSize(file.file_size);
  const attrs = { class: "file", href: context.fileUrl(file.file_id), download: name, title: `Download ${name}` };
  const words = h("span", { class: "file-words" }, h("strong", {}, name), h("span", {}, size));
  return h("a", attrs, h("span", { class: "file-icon" }, icon("file")), words);
}

function contentNode(message: Message, { waiting }: RowContext): VNode {
  const rich = message.rich_message;
  if (rich) return h("div", { class: "rich", dir: rich.is_rtl ? "rtl" : "auto" }, blockNodes(rich.blocks, waiting));
  const text = message.text ?? message.caption ?? "";
  return h("div", { class: "text", dir: "auto" }, textNodes(text, message.entities ?? message.caption_entities));
}

function metaNode(message: Message, { isSilent }: RowContext): VNode {
  const silent = isSilent ? h("span", { class: "silent", title: "Sent without sound" }, icon("mute")) : undefined;
  const edited = message.edit_date === undefined ? undefined : h("span", {}, "edited");
  const time = h("time", { title: fullTime(message.date) }, clock(message.date));
  return h("div", { class: "meta" }, silent, edited, time);
}

function toolsNode(text: string): VNode {
  const tool = { type: "button", class: "tool" };
  const reply = h(
    "button",
    { ...tool, "data-action": "reply", "aria-label": "Reply", title: "Reply (R)" },
    icon("reply"),
  );
  const copyAttrs = { ...tool, "data-action": "copy-message", "aria-label": "Copy text", title: "Copy text (C)" };
  return h("div", { class: "tools" }, reply, text === "" ? undefined : h("button", copyAttrs, icon("copy")));
}
