import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { codesTable } from "./codes.ts";
import { keysTables } from "./config-keys.ts";
import { commandsTable, settingsTable } from "./conversations.ts";

/** Parts of the docs that are made: page, name of the part, and what makes it. */
const PARTS: readonly (readonly [page: string, name: string, make: () => string])[] = [
  ["docs/reference/chat.md", "commands", commandsTable],
  ["docs/reference/chat.md", "settings", settingsTable],
  ["docs/reference/configuration.md", "keys", keysTables],
  ["docs/how-to/scripts.md", "codes", codesTable],
];

const pathOf = (page: string) => fileURLToPath(new URL(`../../${page}`, import.meta.url));

export const madePages: readonly string[] = [...new Set(PARTS.map(([page]) => page))];

export const readPage = (page: string): string => readFileSync(pathOf(page), "utf8");

/** The text of a page with its made parts as they are now. */
export function madeAnew(page: string, text: string): string {
  const own = PARTS.filter(([of]) => of === page);
  return own.reduce((before, [, name, make]) => replace(before, name, make()), text);
}

function replace(text: string, name: string, content: string): string {
  const begin = `<!-- ${name}: made by \`npm run docs\` -->`;
  const end = `<!-- /${name} -->`;
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`There is no place for the ${name}.`);
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of madePages) writeFileSync(pathOf(page), madeAnew(page, readPage(page)));
}
