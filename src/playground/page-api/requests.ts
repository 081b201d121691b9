import { z } from "zod";
import { MAX_TEXT_UNITS } from "../bot-api/text.ts";
import { type PersonMessage, press, rewrite, say, stopDraft } from "../world/people.ts";
import { PERSON, type World } from "../world/world.ts";

const Send = z.object({
  chat_id: z.int(),
  message_thread_id: z.int().optional(),
  text: z.string().max(1_000_000),
  reply_to_message_id: z.int().optional(),
});
const Press = z.object({ chat_id: z.int(), message_id: z.int(), data: z.string().min(1) });
const Upload = z.object({
  chat_id: z.coerce.number().int(),
  message_thread_id: z.coerce.number().int().optional(),
  name: z.string().min(1).max(255),
  caption: z.string().max(1024).optional(),
  reply_to_message_id: z.coerce.number().int().optional(),
  media_group_id: z.string().max(64).optional(),
});
const Edit = z.object({ chat_id: z.int(), message_id: z.int(), text: z.string().max(MAX_TEXT_UNITS) });
const Stop = z.object({ chat_id: z.int(), draft_id: z.int() });
const PICTURE = /^image\/(?:png|jpeg|webp)$/;

/** A request of the page that cannot be done; its message is shown to the person. */
export class PageError extends Error {
  override readonly name = "PageError";
}

/** `POST /page/send`. A text over 4096 units goes as several messages at once, as Telegram's clients split it. */
export function sendFromPage(world: World, body: unknown): unknown {
  const { chat_id, message_thread_id, text, reply_to_message_id } = read(Send, body);
  const parts = splitText(text.trim());
  if (parts.length === 0) throw new PageError("An empty message cannot be sent.");
  checkTarget(world, { chat_id, message_thread_id, reply_to_message_id });
  const messages = parts.map((part, index) => ({
    ...place(chat_id, message_thread_id),
    text: part,
    ...(index === 0 && reply_to_message_id !== undefined && { replyTo: reply_to_message_id }),
  }));
  return { message: say(world, messages)[0] };
}

/** `POST /page/press`. */
export function pressFromPage(world: World, body: unknown): unknown {
  const { chat_id, message_id, data } = read(Press, body);
  checkTarget(world, { chat_id, reply_to_message_id: message_id });
  return { press_id: press(world, { chatId: chat_id, messageId: message_id, data, from: PERSON }) };
}

/** `POST /page/upload`. */
export function uploadFromPage(world: World, query: URLSearchParams, data: Buffer, mimeType: string): unknown {
  const upload = read(Upload, Object.fromEntries(query));
  if (data.length === 0) throw new PageError("An empty file cannot be sent.");
  checkTarget(world, upload);
  const file = { name: upload.name, mimeType, data };
  const message = {
    ...place(upload.chat_id, upload.message_thread_id),
    ...(PICTURE.test(mimeType) ? { photo: file } : { document: file }),
    ...(upload.media_group_id !== undefined && { mediaGroupId: upload.media_group_id }),
    ...(upload.caption !== undefined && { caption: upload.caption }),
    ...(upload.reply_to_message_id !== undefined && { replyTo: upload.reply_to_message_id }),
  };
  return { message: say(world, [message])[0] };
}

/** `POST /page/edit`. */
export function editFromPage(world: World, body: unknown): unknown {
  const { chat_id, message_id, text } = read(Edit, body);
  checkTarget(world, { chat_id, reply_to_message_id: message_id });
  const before = world.rooms.get(chat_id)?.find(message_id);
  if (before?.from?.id !== PERSON.id || before.text === undefined) {
    throw new PageError("Only text that you wrote yourself can be edited.");
  }
  if (text.trim() === "") throw new PageError("A message cannot become empty.");
  return { message: rewrite(world, chat_id, message_id, text.trim()) };
}

/** `POST /page/stop`. A draft that is gone meanwhile has nothing to stop. */
export function stopFromPage(world: World, body: unknown): unknown {
  const { chat_id, draft_id } = read(Stop, body);
  if (world.drafts.has(`${chat_id}:${draft_id}`)) stopDraft(world, chat_id, draft_id);
  return {};
}

function place(chatId: number, threadId: number | undefined): Pick<PersonMessage, "chatId" | "threadId"> {
  return threadId === undefined ? { chatId } : { chatId, threadId };
}

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new PageError(z.prettifyError(parsed.error));
  return parsed.data;
}

interface Target {
  readonly chat_id: number;
  readonly message_thread_id?: number | undefined;
  readonly reply_to_message_id?: number | undefined;
}

function checkTarget(world: World, { chat_id, message_thread_id, reply_to_message_id }: Target): void {
  const room = world.rooms.get(chat_id);
  if (room === undefined) throw new PageError("There is no such chat.");
  if (message_thread_id !== undefined && !room.topics.has(message_thread_id)) throw new PageError("No such topic.");
  if (reply_to_message_id !== undefined && room.find(reply_to_message_id) === undefined) {
    throw new PageError("That message is gone.");
  }
}

/** Pieces of at most 4096 units that split no surrogate pair. */
function splitText(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  while (start < text.length) {
    const end = start + MAX_TEXT_UNITS;
    const splitsPair = end < text.length && (text.codePointAt(end - 1) ?? 0) > 0xffff;
    parts.push(text.slice(start, splitsPair ? end - 1 : end));
    start = splitsPair ? end - 1 : end;
  }
  return parts.filter((part) => part.trim() !== "");
}
