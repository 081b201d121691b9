import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { OpencodeOptions } from "./options.ts";
import { configDirectory, dataDirectory, type Variables } from "./places.ts";

/** The provider of opencode's own hosted models; the free ones need no login. */
const HOSTED = "opencode";

export interface ModelSetup {
  readonly options: OpencodeOptions;
  /** As opencode will see it. */
  readonly env: Variables;
  readonly cwd: string;
}

/**
 * The value of `OPENCODE_CONFIG_CONTENT` that keeps opencode from its hosted models, which it uses silently if no model
 * was chosen (seen in 1.18.33). Undefined if somebody chose one: with `opencode.model`, in opencode's own config or
 * with a login. Other content of that variable and of the config stays.
 */
export async function withoutHostedModels({ options, env, cwd }: ModelSetup): Promise<string | undefined> {
  if (options.hosted_models || options.model !== undefined) return undefined;
  if (await hasLogin(env)) return undefined;
  const inline = env["OPENCODE_CONFIG_CONTENT"];
  const texts = [...(await readAll(configFiles(env, cwd))), ...(inline ? [inline] : [])];
  const configs = texts.map(parseConfig);
  if (texts.some((text) => text.includes(`"${HOSTED}/`)) || configs.some(isChoice)) return undefined;
  const disabled = configs.findLast((config) => config.disabled_providers)?.disabled_providers ?? [];
  const own = inline ? parseConfig(inline) : {};
  // opencode replaces a list by that of the later config, so the earlier one is repeated here.
  return JSON.stringify({ ...own, disabled_providers: [...new Set([...disabled, HOSTED])] });
}

const Config = z.looseObject({
  model: z.string().optional().catch(undefined),
  enabled_providers: z.array(z.string()).optional().catch(undefined),
  disabled_providers: z.array(z.string()).optional().catch(undefined),
});
type Config = z.infer<typeof Config>;

const isChoice = ({ model, enabled_providers }: Config): boolean => Boolean(model) || enabled_providers !== undefined;

/** A key for the hosted provider, as `opencode auth login` and the environment give it. */
async function hasLogin(env: Variables): Promise<boolean> {
  if (env["OPENCODE_API_KEY"]) return true;
  const [stored = ""] = await readAll([join(dataDirectory(env), "auth.json")]);
  return [stored, env["OPENCODE_AUTH_CONTENT"] ?? ""].some((text) => HOSTED in parseConfig(text));
}

/** The files that opencode reads here, the later ones over the earlier. */
function configFiles(env: Variables, cwd: string): string[] {
  const named = (directory: string) => ["opencode.json", "opencode.jsonc"].map((name) => join(directory, name));
  const global = configDirectory(env);
  const project = env["OPENCODE_DISABLE_PROJECT_CONFIG"] ? [] : projectDirectories(cwd);
  return [
    ...[join(global, "config.json"), ...named(global)],
    ...(env["OPENCODE_CONFIG"] ? [env["OPENCODE_CONFIG"]] : []),
    ...project.flatMap(named),
    ...project.flatMap((directory) => named(join(directory, ".opencode"))),
    ...(env["OPENCODE_CONFIG_DIR"] ? named(env["OPENCODE_CONFIG_DIR"]) : []),
  ];
}

/** From the repository's root down to the run's directory; outside of a repository that directory alone. */
function projectDirectories(cwd: string): string[] {
  const directories: string[] = [];
  for (let directory = cwd; ; directory = dirname(directory)) {
    directories.unshift(directory);
    if (existsSync(join(directory, ".git"))) return directories;
    if (directory === dirname(directory)) return [cwd];
  }
}

async function readAll(paths: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8").catch(() => undefined)));
  return texts.filter((text) => text !== undefined);
}

/** JSON with comments and trailing commas. What cannot be read is left for opencode to complain of. */
export function parseConfig(text: string): Config {
  try {
    return Config.parse(JSON.parse(plainJson(text)));
  } catch {
    return {};
  }
}

/** Without comments and trailing commas. */
export const plainJson = (text: string): string =>
  text.replace(STRING_OR_COMMENT, "$1").replace(STRING_OR_LAST_COMMA, "$1");

const STRING_OR_COMMENT = /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//gu;
const STRING_OR_LAST_COMMA = /("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/gu;
