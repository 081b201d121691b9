import type { MessageEntity } from "grammy/types";

/** Text with entities, whose offsets and lengths are UTF-16 units. */
export interface Formatted {
  readonly text: string;
  readonly entities: readonly MessageEntity[];
}

/** A piece of it, with the formats that reach into it. Neither end may lie within a surrogate pair. */
export function slice({ text, entities }: Formatted, start: number, end: number): Formatted {
  return {
    text: text.slice(start, end),
    entities: entities.flatMap((entity) => {
      const offset = Math.max(entity.offset, start);
      const length = Math.min(entity.offset + entity.length, end) - offset;
      return length > 0 && text.slice(offset, offset + length).trim() !== ""
        ? [{ ...entity, offset: offset - start, length }]
        : [];
    }),
  };
}

/** The pieces one after the other with a blank line between; empty ones are left out. */
export function stack(pieces: readonly Formatted[]): Formatted {
  let text = "";
  const entities: MessageEntity[] = [];
  for (const piece of pieces) {
    if (piece.text === "") continue;
    if (text !== "") text += "\n\n";
    for (const entity of piece.entities) entities.push({ ...entity, offset: entity.offset + text.length });
    text += piece.text;
  }
  return { text, entities };
}
