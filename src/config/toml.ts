import { parse, stringify, TomlDate, TomlError } from "smol-toml";
import { isTable, type Table } from "../domain/table.ts";
import { ConfigError } from "../errors.ts";

/**
 * @param file Only named in the error.
 * @throws ConfigError with line and column; never with the line itself, which may hold a token.
 */
export function parseToml(text: string, file: string): Table {
  const table = readToml(text, file);
  refuseHidden(table, file, []);
  return table;
}

/** Copies of a table would lose a key of this name without a word. */
function refuseHidden(table: Table, file: string, path: readonly string[]): void {
  for (const [key, value] of Object.entries(table)) {
    const inner = [...path, key];
    if (key === "__proto__") throw new ConfigError(`${file}: ${formatKey(inner)} is no name that can be used.`);
    if (isTable(value)) refuseHidden(value, file, inner);
  }
}

function readToml(text: string, file: string): Table {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const what = cause.message.split("\n", 1)[0]?.replace(/^Invalid TOML document: /, "");
    // The parser's own error shows the line, so it is not kept as the cause.
    throw new ConfigError(`Malformed TOML in ${file}, line ${cause.line}, column ${cause.column}: ${what}.`);
  }
}

/** Reads `text` as the right side of a TOML assignment; what is none, and dates, stay the text that they are. */
export function parseValue(text: string): unknown {
  if (/[\r\n]/.test(text)) return text;
  try {
    const { value } = parse(`value = ${text}`);
    return value instanceof TomlDate ? text : value;
  } catch (error) {
    if (error instanceof TomlError) return text;
    throw error;
  }
}

/** A value as a file would hold it; a table becomes an inline one. */
export function formatValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatValue).join(", ")}]`;
  if (isTable(value)) {
    const entries = Object.entries(value).map(([key, entry]) => `${formatKey([key])} = ${formatValue(entry)}`);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  return stringify({ value })
    .replace(/^value = /, "")
    .trimEnd();
}

/** Whole sections, for a rewritten part of a file. */
export function formatSections(table: Table): string {
  return stringify(table);
}

/** `a."b c".d` */
export function formatKey(path: readonly PropertyKey[]): string {
  return path.map((part) => (/^[\w-]+$/.test(String(part)) ? String(part) : JSON.stringify(String(part)))).join(".");
}
