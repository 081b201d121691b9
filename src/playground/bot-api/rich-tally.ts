import { badRequest } from "./api-error.ts";

/** The documented limits of a rich message (Bot API 10.3). */
export const RICH_LIMITS = { characters: 32_768, blocks: 500, levels: 16, columns: 20 } as const;

/** Counts one rich message while it is read; every method throws a 400 once its limit is passed. */
export class RichTally {
  #characters = 0;
  #blocks = 0;

  /** Characters are code points, not UTF-16 units. */
  text(text: string): string {
    for (const _ of text) this.#characters += 1;
    if (this.#characters > RICH_LIMITS.characters) throw badRequest("rich message is too long");
    return text;
  }

  /** A block, list item or table row. */
  block(): void {
    this.#blocks += 1;
    if (this.#blocks > RICH_LIMITS.blocks) throw badRequest("rich message has too many blocks");
  }

  /** Levels of blocks and of formatting inside them count together, from 1. */
  level(level: number): number {
    if (level > RICH_LIMITS.levels) throw badRequest("rich message is nested too deeply");
    return level;
  }

  columns(count: number): void {
    if (count > RICH_LIMITS.columns) throw badRequest("rich message table has too many columns");
  }

  get isEmpty(): boolean {
    return this.#characters === 0;
  }
}

/** A JSON object of the message. */
export type RichNode = Readonly<Record<string, unknown>>;

/** @throws ApiError 400 if the value is not an object. */
export function toNode(value: unknown): RichNode {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw badRequest("object expected");
  return value as RichNode;
}

/** @throws ApiError 400 if the value is not an array. */
export function toList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw badRequest("array expected");
  return value;
}
