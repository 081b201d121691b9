import { existsSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_FILE } from "../config/narrowing.ts";
import { formatKey, formatValue } from "../config/toml.ts";
import { beginningOf } from "../domain/cut.ts";
import type { Narrowing } from "../domain/narrowing.ts";
import { visibleBlock } from "../domain/visible.ts";
import type { Engine } from "../engine/contract.ts";

/** Files of a repository that change engines, one line each: `.mcp.json: MCP servers (claude)`. */
export const broughtParts = (path: string, engines: readonly Engine[]): readonly string[] =>
  engines.flatMap(({ label, brings = {} }) =>
    Object.entries(brings)
      .filter(([file]) => existsSync(join(path, file)))
      .map(([file, what]) => `${file}: ${what} (${label})`),
  );

/** More of a value has no room in a terminal's line. */
const SHOWN = 300;

/** What a repository takes away from its runs, one line each, as its file has it; undefined if it says nothing. */
export function narrowingText(narrowing: Narrowing | undefined): string | undefined {
  const said = Object.entries(narrowing ?? {}).filter(([, value]) => value.length > 0);
  const lines = said.map(([key, value]) => `  ${beginningOf(`${formatKey([key])} = ${formatValue(value)}`, SHOWN)}\n`);
  return lines.length === 0
    ? undefined
    : `This repository narrows what runs may do (${PROJECT_FILE}):\n${visibleBlock(lines.join(""))}`;
}
