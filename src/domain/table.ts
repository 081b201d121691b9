/** As TOML and JSON have it. */
export type Table = Record<string, unknown>;

/** True for tables, false for lists and dates. */
export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** One table over another: tables in them, such as `env`, are merged key by key; lists are replaced. */
export function mergeTables(base: unknown, over: unknown): Table {
  const result: Table = isTable(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(isTable(over) ? over : {})) {
    result[key] = isTable(value) && isTable(result[key]) ? mergeTables(result[key], value) : value;
  }
  return result;
}
