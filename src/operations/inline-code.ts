/** Text of whoever wrote it as Markdown code on one line. */
export const inlineCode = (text: string): string =>
  `\`${text.replace(/\s+/g, " ").replaceAll("`", "'").trim() || " "}\``;
