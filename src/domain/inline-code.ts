import { visibleLine } from "./visible.ts";

/** Text of whoever wrote it as Markdown code on one line, in which nothing is hidden. */
export const inlineCode = (text: string): string => `\`${visibleLine(text).replaceAll("`", "'") || " "}\``;
