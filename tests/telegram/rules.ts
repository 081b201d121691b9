import type { MessageEntity } from "@grammyjs/types";
import { expect } from "vitest";
import { checkRichMessage } from "../../src/playground/bot-api/rich-blocks.ts";
import { checkMessageText } from "../../src/playground/bot-api/text.ts";
import type { Content } from "../../src/telegram/content.ts";
import type { Formatted } from "../../src/telegram/markdown/formatted.ts";

const FLAT = ["code", "pre"];
const QUOTE = /^(?:expandable_)?blockquote$/;
const ALLOWED = /^(?:https?:\/\/[^/]+|mailto:.|tg:.)/;

/** Fails where the entities break a rule of Telegram's or lead where no answer may lead. */
export function expectGoodEntities({ text, entities }: Formatted): void {
  let before = 0;
  for (const entity of entities) {
    const end = entity.offset + entity.length;
    expect(entity.offset).toBeGreaterThanOrEqual(before);
    expect(entity.length).toBeGreaterThan(0);
    expect(end).toBeLessThanOrEqual(text.length);
    expect(isWithinPair(text, entity.offset) || isWithinPair(text, end)).toBe(false);
    if (entity.type === "text_link") expect(entity.url).toMatch(ALLOWED);
    before = entity.offset;
  }
  for (const [index, entity] of entities.entries()) {
    for (const later of entities.slice(index + 1)) expectNested(entity, later);
  }
}

function expectNested(first: MessageEntity, second: MessageEntity): void {
  const firstEnd = first.offset + first.length;
  if (second.offset >= firstEnd) return;
  expect(second.offset + second.length, "entities cross").toBeLessThanOrEqual(firstEnd);
  expect(FLAT, "code holds another format").not.toContain(first.type);
  if (FLAT.includes(second.type)) expect(first.type, "code lies in a format").toMatch(QUOTE);
  if (QUOTE.test(first.type)) expect(second.type, "quotations nest").not.toMatch(QUOTE);
}

const isWithinPair = (text: string, index: number) => (text.codePointAt(index - 1) ?? 0) > 0xffff;

/** Fails where Telegram would refuse the message, or where it has a button or an image. */
export function expectAccepted(content: Content): void {
  if (content.kind === "classic") {
    expectGoodEntities(content);
    expect(content.entities.length).toBeLessThanOrEqual(100);
    checkMessageText(content.text, content.entities, "too long");
  } else {
    checkRichMessage({ blocks: content.blocks, skip_entity_detection: true }, "message");
    expect(typesIn(content.blocks).filter((type) => /button|photo|video|document|map|audio/.test(type))).toEqual([]);
    for (const url of valuesOf(content.blocks, "url")) expect(url).toMatch(ALLOWED);
  }
}

export const typesIn = (value: unknown): readonly string[] => valuesOf(value, "type");

/** Every string under this key, however deep. */
export function valuesOf(value: unknown, key: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesOf(each, key));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === key && typeof inner === "string" ? [inner] : valuesOf(inner, key),
  );
}

export const withoutSpace = (text: string): string => text.replace(/\s+/g, "");
