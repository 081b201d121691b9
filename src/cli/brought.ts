import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../engine/contract.ts";

/** Files of a repository that change engines, one line each: `.mcp.json: MCP servers (claude)`. */
export const broughtParts = (path: string, engines: readonly Engine[]): readonly string[] =>
  engines.flatMap(({ label, brings = {} }) =>
    Object.entries(brings)
      .filter(([file]) => existsSync(join(path, file)))
      .map(([file, what]) => `${file}: ${what} (${label})`),
  );
