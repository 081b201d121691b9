import { ConfigError } from "../errors.ts";
import { isTable, type Table } from "./toml.ts";

const MOVED = ["bot_token", "chat_id"];
const SCOPES: Readonly<Record<string, string>> = { multi_project_chat: "main", per_project_chat: "projects" };

/**
 * Brings a file of an older form to the present one: `bot_token` and `chat_id` at the top move to
 * `[transports.telegram]`, where values that are there already win, and `topics.mode` becomes `topics.scope`.
 *
 * @returns undefined where there is nothing to do; `table` is never changed.
 * @throws ConfigError for a `topics.mode` that was never one.
 */
export function migrate(table: Table, file: string): Table | undefined {
  const result = structuredClone(table);
  const moved = moveTopLevel(result);
  const renamed = renameTopicsMode(result, file);
  return moved || renamed ? result : undefined;
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

/** The table under `key`, made where it is missing; undefined where something else is there. */
function innerTable(table: Table, key: string): Table | undefined {
  table[key] ??= {};
  const inner = table[key];
  return isTable(inner) ? inner : undefined;
}
