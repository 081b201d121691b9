import { isTable, type Table } from "../domain/table.ts";
import { ConfigError } from "../errors.ts";
import { editToml } from "./edit.ts";
import { parseToml } from "./toml.ts";

const MOVED = ["bot_token", "chat_id"];
const SCOPES: Readonly<Record<string, string>> = { multi_project_chat: "main", per_project_chat: "projects" };

/**
 * Turns a file of an older form into the present one: `bot_token` and `chat_id` at the top move to
 * `[transports.telegram]`, unless that has them already, and `topics.mode` becomes `topics.scope`.
 *
 * @returns undefined if there is nothing to do; `table` is never changed. @throws ConfigError for a `topics.mode` that
 * never existed.
 */
export function migrate(table: Table, file: string): Table | undefined {
  const result = structuredClone(table);
  const moved = moveTopLevel(result);
  const renamed = renameTopicsMode(result, file);
  return moved || renamed ? result : undefined;
}

/** The text of a file of an older form with `migrated` as its values. The comments of moved keys move with them. */
export function migrateText(text: string, migrated: Table): string {
  const moved = moveLines(text);
  try {
    parseToml(moved, "");
    return editToml(moved, migrated);
  } catch (error) {
    // The editor has to decide about a key in both places, or in a form that is more than a line.
    if (error instanceof ConfigError) return editToml(text, migrated);
    throw error;
  }
}

function moveLines(text: string): string {
  const lines = text.split("\n");
  const firstTable = lines.findIndex((line) => /^\s*\[/.test(line));
  const isMoved = (line: string, index: number) =>
    (firstTable < 0 || index < firstTable) && /^\s*(bot_token|chat_id)\s*=/.test(line);
  const moved = lines.filter(isMoved);
  const rest = lines.filter((line, index) => !isMoved(line, index));
  const header = rest.findIndex((line) => /^\s*\[transports\.telegram\]/.test(line));
  if (moved.length === 0) return text;
  if (header >= 0) return rest.toSpliced(header + 1, 0, ...moved).join("\n");
  return `${rest.join("\n").trimEnd()}\n\n[transports.telegram]\n${moved.join("\n")}\n`;
}

function moveTopLevel(root: Table): boolean {
  const present = MOVED.filter((key) => key in root);
  if (present.length === 0) return false;
  const transports = innerTable(root, "transports");
  const telegram = transports && innerTable(transports, "telegram");
  if (!telegram) return false;
  for (const key of present) {
    telegram[key] ??= root[key];
    delete root[key];
  }
  root["transport"] ??= "telegram";
  return true;
}

function renameTopicsMode(root: Table, file: string): boolean {
  const topics = ["transports", "telegram", "topics"].reduce<unknown>(
    (place, key) => (isTable(place) ? place[key] : undefined),
    root,
  );
  if (!isTable(topics) || !("mode" in topics)) return false;
  const scope = typeof topics["mode"] === "string" ? SCOPES[topics["mode"]] : undefined;
  if (!scope) {
    const allowed = Object.keys(SCOPES).join('" or "');
    throw new ConfigError(
      `${file}: transports.telegram.topics.mode was replaced by scope, and only "${allowed}" can be carried over: remove it, and set scope to "auto", "main", "projects" or "all".`,
    );
  }
  topics["scope"] ??= scope;
  delete topics["mode"];
  return true;
}

/** The table under `key`, made if it is missing; undefined if something else is there. */
function innerTable(table: Table, key: string): Table | undefined {
  table[key] ??= {};
  const inner = table[key];
  return isTable(inner) ? inner : undefined;
}
