import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { joinTexts } from "../../src/engine/instructions.ts";
import { readInstructions, withParents } from "../../src/engine/trust.ts";
import { codexHome } from "./rollout.ts";

/** Files of a trusted repository that codex reads (0.169.0). */
export const codexBrings = {
  ".codex/config.toml": "settings, MCP servers",
  ".codex/hooks.json": "hooks",
  ".codex/rules/": "commands allowed without asking",
};

export type Trust = Readonly<Record<string, { readonly trust_level: "trusted" | "untrusted" }>>;

/**
 * Codex's `projects` setting for a run in `cwd`. Given with the run, it is not written to codex's config, and no sandbox
 * makes codex write its own (seen in 0.169.0). Each directory above has a `.codex` and a trust of its own.
 */
export function trustOf(cwd: string, isTrusted: boolean): Trust {
  const directories = isTrusted ? namesOf(cwd) : namesOf(cwd).flatMap(withParents);
  return Object.fromEntries(directories.map((path) => [path, { trust_level: isTrusted ? "trusted" : "untrusted" }]));
}

/** Its names with and without links. */
const namesOf = (cwd: string): readonly string[] => [...new Set(existsSync(cwd) ? [cwd, realpathSync(cwd)] : [cwd])];

/** AGENTS.md and the like, which codex reads itself unless a repository was named as not trusted. */
export const instructionsOf = (cwd: string): string | undefined =>
  readInstructions(cwd, ["AGENTS.override.md", "AGENTS.md"]);

/**
 * Arguments that decide what a headless run takes of the repository, with the instructions of the options. Codex itself takes nothing from one that the person
 * has not trusted in codex's own config, and reads its AGENTS.md: then nothing has to be said.
 */
export function trustArguments(
  cwd: string,
  isTrusted: boolean,
  { env, instructions: own }: { env: Readonly<Record<string, string | undefined>>; instructions?: string | undefined },
) {
  const isSaid = isTrusted || isTrustedByCodex(cwd, codexHome(env));
  const instructions = joinTexts(own, isSaid && !isTrusted ? instructionsOf(cwd) : undefined);
  return [
    ...(isSaid ? ["-c", `projects=${toToml(trustOf(cwd, isTrusted))}`] : []),
    ...(instructions === undefined ? [] : ["-c", `developer_instructions=${JSON.stringify(instructions)}`]),
  ];
}

/** Whether codex's config may trust a directory that counts here; it is read as text, and doubt means yes. */
function isTrustedByCodex(cwd: string, home: string): boolean {
  const file = join(home, "config.toml");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (!/trust_level\s*=\s*["']trusted/.test(text)) return false;
  const checkouts = namesOf(cwd).flatMap((name) => [name, ...mainCheckout(name)]);
  return checkouts
    .flatMap(withParents)
    .some((path) => text.includes(JSON.stringify(path)) || text.includes(`'${path}'`));
}

/** The checkout that a linked worktree belongs to. */
function mainCheckout(cwd: string): readonly string[] {
  const link = withParents(cwd)
    .map((path) => join(path, ".git"))
    .find((path) => existsSync(path));
  if (link === undefined || !statSync(link).isFile()) return [];
  const gitDirectory = /^gitdir: (.+)\/worktrees\//m.exec(readFileSync(link, "utf8"))?.[1];
  return gitDirectory === undefined ? [] : [dirname(gitDirectory)];
}

const toToml = (trust: Trust): string =>
  `{${Object.entries(trust)
    .map(([path, { trust_level }]) => `${JSON.stringify(path)}={trust_level="${trust_level}"}`)
    .join(",")}}`;
