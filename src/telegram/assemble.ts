import type { Document } from "../chat/document.ts";
import type { Block } from "../chat/markdown/tree.ts";
import type { ClassicContent } from "./content.ts";
import { emitText } from "./markdown/emit-text.ts";
import { limitEntities } from "./markdown/entity-limit.ts";
import { type Formatted, stack } from "./markdown/formatted.ts";
import { trimTo } from "./markdown/split.ts";

/** UTF-16 units of a classic message. */
export const MESSAGE_LENGTH = 4096;

/** A document as a classic message, its body cut to the room that there is. */
export function toClassicMessage({ head = [], body, foot = [] }: Document): ClassicContent {
  return assemble(head, trimTo(emitText(body), roomBetween(head, foot)), foot);
}

/**
 * A classic message of header, body and footer with blank lines between them; if it has too many formats, the body
 * loses its own.
 */
export function assemble(head: readonly Block[], body: Formatted, foot: readonly Block[]): ClassicContent {
  const [above, below] = [emitText(head), emitText(foot)];
  const limited = limitEntities(body, [...above.entities, ...below.entities]);
  const { text, entities } = stack([above, limited, below]);
  return { kind: "classic", text, entities: [...entities] };
}

/** The room that head and foot leave in a message, in UTF-16 units. */
export function roomBetween(head: readonly Block[], foot: readonly Block[]): number {
  const ends = [emitText(head), emitText(foot)].filter(({ text }) => text !== "");
  return MESSAGE_LENGTH - ends.reduce((taken, { text }) => taken + text.length + "\n\n".length, 0);
}
