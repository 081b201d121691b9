import { findProject } from "../bridge/settings.ts";
import { nearest } from "../config/nearest.ts";
import type { Context } from "../domain/context.ts";
import { UserError } from "../errors.ts";
import type { Access, Caller } from "./operation.ts";

/**
 * Reads `<project> [@branch]`. In a chat of a project the project may be left out, and no other is taken; elsewhere
 * `default_project` fills in.
 *
 * @throws UserError
 */
export function readContext(words: string, { config }: Access, { place }: Caller): Context {
  const [first = "", second, ...more] = words.trim().split(/\s+/);
  if (more.length > 0) throw usage("That is too much: a project and a branch, as in `web @feat/login`.");
  const own = [...config.projects.values()].find(({ chat_id }) => String(chat_id) === place.chatId)?.alias;
  if (first.startsWith("@") && second === undefined) {
    const project = own ?? config.default_project;
    if (project === undefined) throw usage("Name the project, too, as in `web @feat/login`.");
    return { project, branch: branchIn(first) };
  }
  const project = findProject(first, config)?.alias;
  if (project === undefined)
    throw new UserError(unknownProject(first, [...config.projects.keys()]), { code: "not_found" });
  if (own !== undefined && project !== own) {
    throw usage(`This chat belongs to the project \`${own}\`: \`projects.${own}.chat_id\` in the config says so.`);
  }
  return { project, branch: second === undefined ? undefined : branchIn(second) };
}

function branchIn(word: string): string {
  const branch = word.slice(1);
  if (word.startsWith("@") && branch !== "") return branch;
  throw usage(`Write the branch with an @ in front, as in \`@${word.replace(/^@/, "") || "feat/login"}\`.`);
}

function unknownProject(name: string, known: readonly string[]): string {
  if (known.length === 0) return "There is no project yet: run `takopi init` in a repository.";
  const near = nearest(name, known);
  const guess = near === undefined ? "" : ` Did you mean \`${near}\`?`;
  return `There is no project \`${name}\`; there are ${known.map((alias) => `\`${alias}\``).join(", ")}.${guess}`;
}

const usage = (text: string) => new UserError(text, { code: "usage" });
