import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { instructionFiles, withParents } from "../../src/engine/trust.ts";
import { EngineError } from "../../src/errors.ts";
import { parseConfig, plainJson } from "./hosted-models.ts";
import type { Variables } from "./places.ts";

/** Files of a repository that opencode reads (1.18.33). */
export const opencodeBrings = {
  "opencode.json": "permissions, MCP servers, plugins",
  "opencode.jsonc": "permissions, MCP servers, plugins",
  ".opencode/": "plugins, tools, agents, commands",
};

/** Makes opencode leave out the repository's config, its servers and tools, and its instruction files with them. */
export const WITHOUT_PROJECT = { OPENCODE_DISABLE_PROJECT_CONFIG: "1" };

/**
 * The value of `OPENCODE_CONFIG_CONTENT` for a repository that is not trusted. Language servers and formatters are off:
 * opencode takes them from the repository's `node_modules` unasked. Lists of instructions are joined by opencode.
 */
export function withoutPrograms(content: string | undefined, instructions: readonly string[] = []): string {
  const config = content === undefined ? {} : parseConfig(content);
  const own = Array.isArray(config["instructions"]) ? config["instructions"] : [];
  return JSON.stringify({ ...config, lsp: false, formatter: false, instructions: [...own, ...instructions] });
}

/** The instruction files that opencode would read: the first kind of which there is any. */
export function instructionsOf(cwd: string): readonly string[] {
  const kinds = ["AGENTS.md", "CLAUDE.md", "CONTEXT.md"].map((name) => instructionFiles(cwd, [name]));
  return kinds.find((files) => files.length > 0) ?? [];
}

/**
 * Plugins are loaded in spite of `WITHOUT_PROJECT` (1.18.33 reads them a second time, for its new core).
 *
 * @throws EngineError if a run in `directory` would load any that the person did not install.
 */
export function requireNoPlugins(directory: string, env: Variables): void {
  const parents = withParents(directory);
  const depth = parents.findIndex((place) => existsSync(join(place, ".git")));
  // The person's own lie at home.
  const places = (depth === -1 ? parents : parents.slice(0, depth + 1)).filter((place) => place !== env["HOME"]);
  const [plugin] = places.flatMap((place) => [...pluginsIn(place), ...pluginsIn(join(place, ".opencode"))]);
  if (plugin === undefined) return;
  throw new EngineError(
    `opencode would run ${plugin}, and this project is not trusted, so nothing was started. Remove it, use another engine, or trust the project with \`trusted = true\`.`,
  );
}

function pluginsIn(place: string): readonly string[] {
  const configs = ["opencode.json", "opencode.jsonc"].map((name) => join(place, name));
  const folders = ["plugin", "plugins"].map((name) => join(place, name));
  const isFolderOurs = place.endsWith("/.opencode");
  return [
    ...configs.filter((file) => existsSync(file) && namesPlugins(readFileSync(file, "utf8"))),
    ...(isFolderOurs ? folders.flatMap(scriptsIn) : []),
  ];
}

const scriptsIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.[tj]s$/.test(name))
        .map((name) => join(folder, name))
    : [];

/** An unreadable config counts as one that names some. */
function namesPlugins(text: string): boolean {
  try {
    const config: unknown = JSON.parse(plainJson(text));
    if (typeof config !== "object" || config === null) return false;
    return ["plugin", "plugins"].some((key) => key in config && JSON.stringify(config[key as never]) !== "[]");
  } catch {
    return text.trim() !== "";
  }
}
