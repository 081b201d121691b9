import type { MessageEntity } from "@grammyjs/types";
import { z } from "zod";
import { ApiError, badRequest } from "./api-error.ts";
import { checkLink } from "./links.ts";

export const MAX_TEXT_UNITS = 4096;
export const MAX_CAPTION_UNITS = 1024;
/** Telegram drops the formatting past this many, without a word. */
const MAX_ENTITIES = 100;
/** About what Telegram takes for all entities of a message, addresses included. */
const MAX_ENTITY_BYTES = 9500;
const ENTITY_BYTES = 12;

/** Text with its formatting; offsets and lengths count UTF-16 units. */
export interface FormattedText {
  readonly text: string;
  readonly entities: readonly MessageEntity[];
}

const ENTITY_TYPES = [
  "mention",
  "hashtag",
  "cashtag",
  "bot_command",
  "url",
  "email",
  "phone_number",
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "blockquote",
  "expandable_blockquote",
  "code",
  "pre",
  "text_link",
  "text_mention",
  "custom_emoji",
  "date_time",
] as const;

const Entities = z.array(
  z.looseObject({ type: z.enum(ENTITY_TYPES), offset: z.int(), length: z.int(), url: z.string().optional() }),
);

/**
 * Trims text and checks its entities as the Bot API server does; entities past the 100th are dropped.
 *
 * @throws ApiError 400 if an entity is out of bounds, splits a surrogate pair or carries a refused
 *   link, and if all of them together are too long.
 */
export function formatText(text: string, entities: unknown): FormattedText {
  const parsed = Entities.safeParse(entities ?? []);
  if (!parsed.success) throw badRequest("can't parse MessageEntity: wrong type or missing field");
  for (const entity of parsed.data) checkEntity(text, entity);
  const entityBytes = parsed.data.reduce((sum, { url = "" }) => sum + ENTITY_BYTES + Buffer.byteLength(url), 0);
  if (entityBytes > MAX_ENTITY_BYTES) throw badRequest("ENTITIES_TOO_LONG");
  const formatted = trim(text, parsed.data as MessageEntity[]);
  return { ...formatted, entities: formatted.entities.slice(0, MAX_ENTITIES) };
}

/** @throws ApiError 400 unless the text has 1 to 4096 units after trimming. `tooLong` is the server's own wording. */
export function checkMessageText(text: string, entities: unknown, tooLong: string): FormattedText {
  if (text === "") throw badRequest("message text is empty");
  const formatted = formatText(text, entities);
  if (formatted.text === "") throw badRequest("text must be non-empty");
  if (formatted.text.length > MAX_TEXT_UNITS) throw badRequest(tooLong);
  return formatted;
}

/** @throws ApiError 400 past 1024 units. An empty caption is none. */
export function checkCaption(text: string, entities: unknown): FormattedText {
  const formatted = formatText(text, entities);
  if (formatted.text.length > MAX_CAPTION_UNITS) throw badRequest("message caption is too long");
  return formatted;
}

function checkEntity(text: string, entity: z.infer<typeof Entities>[number]): void {
  const { offset, length } = entity;
  const end = offset + length;
  if (offset < 0) throw badRequest(`receive an entity with incorrect offset ${offset}`);
  if (length < 0) throw badRequest(`receive an entity with incorrect length ${length}`);
  if (offset > text.length) {
    throw badRequest(`entity begins after the end of the text at UTF-16 offset ${offset}`);
  }
  const start = `entity beginning at UTF-16 offset ${offset}`;
  if (end > text.length) throw badRequest(`${start} ends after the end of the text at UTF-16 offset ${end}`);
  if (splitsPair(text, offset)) {
    throw badRequest(`entity begins in a middle of a UTF-16 symbol at byte offset ${bytes(text, offset + 1)}`);
  }
  if (splitsPair(text, end)) {
    throw badRequest(`${start} ends in a middle of a UTF-16 symbol at byte offset ${bytes(text, end + 1)}`);
  }
  if (entity.type === "text_link") checkLink(entity.url, "entity");
}

function splitsPair(text: string, index: number): boolean {
  return (text.codePointAt(index - 1) ?? 0) > 0xffff;
}

function bytes(text: string, units: number): number {
  return Buffer.byteLength(text.slice(0, units));
}

/** Whitespace goes from the end, and from the beginning up to the first entity; entities shrink with the text. */
function trim(text: string, entities: readonly MessageEntity[]): FormattedText {
  const kept = entities.filter((entity) => entity.length > 0);
  const firstEntity = Math.min(text.length, ...kept.map((entity) => entity.offset));
  const cut = Math.min(firstEntity, text.length - text.trimStart().length);
  const trimmed = text.slice(cut).trimEnd();
  const moved = kept
    .map((entity) => ({ ...entity, offset: entity.offset - cut }))
    .map((entity) => ({ ...entity, length: Math.min(entity.length, trimmed.length - entity.offset) }))
    .filter((entity) => entity.length > 0)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return { text: trimmed, entities: moved };
}

/** @throws ApiError if text is to be parsed by the server: this one takes entities only. */
export function refuseParseMode(parseMode: string): void {
  if (parseMode !== "") throw new ApiError(400, "Bad Request: unsupported parse_mode");
}
