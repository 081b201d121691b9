import type { Block } from "../chat/markdown/tree.ts";
import type { ClassicContent } from "./content.ts";
import { emitText } from "./markdown/emit-text.ts";
import { type Formatted, stack } from "./markdown/formatted.ts";

/** UTF-16 units of a classic message. */
export const MESSAGE_LENGTH = 4096;

export interface Pieces {
  readonly header: Block;
  readonly footer: readonly Block[];
  /** The body, given how many UTF-16 units it may have. */
  readonly body: (room: number) => Formatted;
}

/** A classic message of header, body and footer with blank lines between. */
export function assemble({ header, footer, body }: Pieces): ClassicContent {
  const above = emitText([header]);
  const below = emitText(footer);
  const { text, entities } = stack([above, body(roomBetween(header, footer)), below]);
  return { kind: "classic", text, entities: [...entities] };
}

/** What header and footer leave of a message, in UTF-16 units. */
export function roomBetween(header: Block, footer: readonly Block[]): number {
  const taken = stack([emitText([header]), emitText(footer)]).text.length;
  return MESSAGE_LENGTH - taken - 2 * "\n\n".length;
}
