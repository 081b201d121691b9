import { later } from "../../later.ts";
import type { Document } from "../document.ts";
import type { Block } from "./tree.ts";

export type ParseMarkdown = (source: string) => readonly Block[];

/** The Markdown parser. Its packages take some 10 MB: the first call loads them. */
export const loadMarkdown = later(() => import("./parse.ts").then(({ parseMarkdown }): ParseMarkdown => parseMarkdown));

/** A short message of this program's own, written in Markdown; what it quotes is folded. */
export async function toDocument(markdown: string): Promise<Document> {
  const blocks = (await loadMarkdown())(markdown);
  return { body: blocks.map((block) => (block.type === "quote" ? { ...block, isFolded: true } : block)) };
}
