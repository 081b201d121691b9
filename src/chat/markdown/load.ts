import type { Document } from "../document.ts";
import type { Block } from "./tree.ts";

export type ParseMarkdown = (source: string) => readonly Block[];

let loaded: Promise<ParseMarkdown> | undefined;

/** The Markdown parser. Its packages take some 10 MB: they are loaded at the first call, and only once. */
export function loadMarkdown(): Promise<ParseMarkdown> {
  loaded ??= import("./parse.ts").then(({ parseMarkdown }) => parseMarkdown);
  return loaded;
}

/** A short message of this program's own, written in Markdown. */
export const toDocument = async (markdown: string): Promise<Document> => ({ body: (await loadMarkdown())(markdown) });
