import type { MessageEntity } from "grammy/types";
import type { Formatted } from "./formatted.ts";

/** Telegram drops the entities of a message past this many without a word. */
const MOST = 100;
/** Past some 9500 bytes, addresses included, it refuses all of them. */
const MOST_BYTES = 9000;
const ENTITY_BYTES = 12;

/** The least valuable first; what is not named is worth less still. */
const WORTH = ["bold", "code", "blockquote", "expandable_blockquote", "text_link", "pre"];

/** Between names in a list. */
const SEPARATOR = /^[^\p{L}\p{N}\n]{0,3}$/u;

export function fitsEntities(entities: readonly MessageEntity[]): boolean {
  if (entities.length > MOST) return false;
  const sizes = entities.map((entity) => ENTITY_BYTES + ("url" in entity ? Buffer.byteLength(entity.url) : 0));
  return sizes.reduce((sum, size) => sum + size, 0) <= MOST_BYTES;
}

/**
 * A text with no more entities than a message has room for beside others. If there are too many, code in a row is
 * joined, and then the least valuable ones are left out, the last first.
 */
export function limitEntities(whole: Formatted, others: readonly MessageEntity[] = []): Formatted {
  if (fitsEntities([...whole.entities, ...others])) return whole;
  const entities = joinCode(whole);
  const kept = new Set<MessageEntity>();
  for (const entity of entities.toSorted((a, b) => worthOf(b) - worthOf(a) || a.offset - b.offset)) {
    if (fitsEntities([...others, ...kept, entity])) kept.add(entity);
  }
  return { text: whole.text, entities: entities.filter((entity) => kept.has(entity)) };
}

const worthOf = ({ type }: MessageEntity) => WORTH.indexOf(type);

function joinCode({ text, entities }: Formatted): readonly MessageEntity[] {
  const joined: MessageEntity[] = [];
  for (const entity of entities) {
    const last = joined.at(-1);
    if (last?.type === "code" && entity.type === "code" && SEPARATOR.test(text.slice(endOf(last), entity.offset))) {
      joined[joined.length - 1] = { ...last, length: endOf(entity) - last.offset };
    } else {
      joined.push(entity);
    }
  }
  return joined;
}

const endOf = ({ offset, length }: MessageEntity) => offset + length;
