import type { Message } from "@grammyjs/types";
import type { World } from "./world.ts";

const LAST_CALLS = 25;
const LAST_MESSAGES = 12;
const PREVIEW_UNITS = 160;

/** The report of a failed wait: the last calls, the chats now, and updates that the bot has not fetched. */
export function describeWorld(world: World): string {
  const calls = world.calls.history.filter((call) => call.method !== "getUpdates").slice(-LAST_CALLS);
  return [
    "What was waited for did not happen.",
    `Updates not confirmed: ${world.updates.size}. Last calls:`,
    ...calls.map(
      (call) => `  ${call.method} ${preview(call.payload)} -> ${call.status ?? "open"} ${preview(call.answer)}`,
    ),
    ...[...world.rooms.values()].flatMap((room) => [
      `Chat ${room.id}:`,
      ...room.messages().slice(-LAST_MESSAGES).map(line),
    ]),
  ].join("\n");
}

function line(message: Message): string {
  const { text, rich_message, document, caption } = message;
  const content = text ?? (rich_message && JSON.stringify(rich_message.blocks)) ?? document?.file_name ?? "(service)";
  return `  #${message.message_id} ${message.from?.first_name ?? "?"}: ${preview(caption ? `${content}: ${caption}` : content)}`;
}

function preview(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > PREVIEW_UNITS ? `${text.slice(0, PREVIEW_UNITS)}...` : text;
}
