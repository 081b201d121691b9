import { inlineCode } from "../../domain/inline-code.ts";
import { UserError } from "../../errors.ts";

/**
 * Refuses what the config keeps from being sent, and all of git's own.
 *
 * @param globs From the end of the path, as Takopi has them: `*` is any text of one part.
 * @throws UserError that names the rule.
 */
export function requireAllowed(parts: readonly string[], globs: readonly string[]): void {
  const rule = ruleAgainst(parts, globs);
  if (rule === undefined) return;
  const key = "transports.telegram.files.deny_globs";
  throw new UserError(`The path is denied by the rule ${inlineCode(rule)}: ${inlineCode(key)} has the rules.`, {
    code: "not_allowed",
  });
}

/** The same as an answer. */
export const isAllowed = (parts: readonly string[], globs: readonly string[]): boolean =>
  ruleAgainst(parts, globs) === undefined;

const ruleAgainst = (parts: readonly string[], globs: readonly string[]): string | undefined =>
  parts.includes(".git") ? ".git/**" : globs.find((glob) => endsWith(parts, glob.split("/")));

function endsWith(parts: readonly string[], pattern: readonly string[]): boolean {
  if (pattern[0] === "**") return endsWith(parts, pattern.slice(1));
  const end = parts.slice(-pattern.length);
  return end.length === pattern.length && pattern.every((glob, index) => toRegExp(glob).test(end[index] ?? ""));
}

const toRegExp = (glob: string): RegExp =>
  new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*")}$`, "s");
