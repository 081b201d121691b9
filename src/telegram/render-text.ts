import { loadMarkdown } from "../chat/markdown/load.ts";
import { MESSAGE_LENGTH } from "./assemble.ts";
import type { ClassicContent } from "./content.ts";
import { emitText } from "./markdown/emit-text.ts";
import { trimTo } from "./markdown/split.ts";

/** A short message of this program's own, written in Markdown; cut where it is longer than a message. */
export async function renderText(markdown: string): Promise<ClassicContent> {
  const parseMarkdown = await loadMarkdown();
  const { text, entities } = trimTo(emitText(parseMarkdown(markdown)), MESSAGE_LENGTH);
  return { kind: "classic", text, entities: [...entities] };
}
