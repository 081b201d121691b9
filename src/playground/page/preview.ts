import type { Message } from "@grammyjs/types";
import { blockNodes } from "./rich-blocks.ts";
import { textOf } from "./vnode.ts";

/** The parts of a message that words are read from; a quoted message lacks some others. */
type Readable = Omit<Partial<Message>, "reply_to_message">;

/** Longest preview in UTF-16 units; the style sheet cuts it to the room that there is. */
const MAX_UNITS = 160;

const NO_PRESSES: ReadonlySet<string> = new Set();

/** A message as one plain line: for the chat list, reply quotes and announcements. */
export function preview(message: Readable): string {
  return (plainText(message) || fileName(message)).slice(0, MAX_UNITS).replace(/\s+/g, " ");
}

/** All words of a message without their formatting; "" if it has none. */
export function plainText(message: Readable): string {
  if (message.rich_message) return richPlainText(message.rich_message.blocks);
  return message.text ?? message.caption ?? serviceText(message) ?? "";
}

function richPlainText(blocks: Parameters<typeof blockNodes>[0]): string {
  return blockNodes(blocks, NO_PRESSES)
    .map((node) => textOf([node]))
    .join("\n");
}

function fileName(message: Readable): string {
  return message.document?.file_name ?? (message.photo ? "Photo" : "Message");
}

/** The text of a service message, `undefined` for any other. */
export function serviceText(message: Readable): string | undefined {
  if (message.forum_topic_created) return `Topic “${message.forum_topic_created.name}” was created`;
  if (message.forum_topic_edited?.name) return `The topic is now called “${message.forum_topic_edited.name}”`;
  if (message.forum_topic_closed) return "The topic was closed";
  if (message.forum_topic_reopened) return "The topic was reopened";
  if (message.supergroup_chat_created) return "The group was created";
  if (message.pinned_message) return "A message was pinned";
  return undefined;
}
