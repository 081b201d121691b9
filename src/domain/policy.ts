import type { Question } from "./question.ts";
import { readShellLine, type ShellLine, type Word } from "./shell-line.ts";

/** What the config says of an engine's questions whether it may do something. */
export interface Rules {
  readonly approvals?: "ask" | "allow" | "deny" | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}

export type Decision = "ask" | "allow" | "deny";

/**
 * Decides on a question before anybody is asked.
 *
 * A command line is taken apart as a shell would do it, and patterns are held against each simple command in it. A
 * pattern that `deny` has for any of them denies, before all else. A line is allowed by `allow` where each of its
 * commands has a pattern there and the line is nothing but commands: whatever has a substitution, a subshell, a
 * redirection to a file, a job in the background, an assignment in front or an unreadable part is left to `approvals`.
 * `approvals = "allow"` still asks where a line might hide what `deny` names.
 *
 * Patterns are words. A `*` within a word stands for any text of that word; at the end of a pattern it stands for any
 * further arguments as well, and behind a letter or digit for these alone: `git status*` is `git status` with or
 * without arguments, and not `git statusx`; `npm run test:*` is any such script. `deny` also finds programs by their
 * path: `rm *` is `/bin/rm -r x` too. It does not see through programs that run others: `sudo *` is a pattern of its own.
 *
 * Changes of files and other permissions go by `approvals` alone. What is no approval is always asked.
 */
export function decide(question: Question, rules: Rules): Decision {
  switch (question.kind) {
    case "choice":
    case "text":
      return "ask";
    case "file_change":
    case "permission":
      return rules.approvals ?? "ask";
    case "command":
      return decideLine(question.command === undefined ? UNTOLD : readShellLine(question.command), rules);
  }
}

const UNTOLD: ShellLine = { commands: [], isPlain: false, isWhole: false };

function decideLine(line: ShellLine, { approvals = "ask", allow = [], deny = [] }: Rules): Decision {
  const denial = worst(line.commands.flatMap((command) => deny.map((pattern) => fitAnywhere(pattern, command))));
  if (denial === "yes") return "deny";
  const isAllowed = (command: readonly Word[]) => allow.some((pattern) => match(pattern, command) === "yes");
  if (denial === "no" && line.isPlain && line.commands.length > 0 && line.commands.every(isAllowed)) return "allow";
  const isKnown = line.isWhole && line.commands.length > 0;
  const mayHide = deny.length > 0 && (denial === "maybe" || !isKnown);
  return approvals === "allow" && mayHide ? "ask" : approvals;
}

type Fit = "yes" | "maybe" | "no";

const worst = (fits: readonly Fit[]): Fit =>
  fits.find((one) => one === "yes") ?? fits.find((one) => one !== "no") ?? "no";

/** A program is the same one by its path. */
function fitAnywhere(pattern: string, command: readonly Word[]): Fit {
  const [program, ...rest] = command;
  const name = program?.replace(/^.*\//s, "");
  return worst([match(pattern, command), match(pattern, [name, ...rest])]);
}

/** `maybe`: it depends on words that only the shell knows, which may also become several, or none. */
function match(pattern: string, command: readonly Word[]): Fit {
  const { words, takesMore } = readPattern(pattern);
  for (const [index, wanted] of words.entries()) {
    if (index >= command.length) return "no";
    const word = command[index];
    if (word === undefined) return "maybe";
    if (!wanted.test(word)) return "no";
  }
  const more = command.slice(words.length);
  if (takesMore || more.length === 0) return "yes";
  return more.every((word) => word === undefined) ? "maybe" : "no";
}

function readPattern(pattern: string): { words: readonly RegExp[]; takesMore: boolean } {
  const words = pattern.trim().split(/\s+/);
  const last = words.at(-1) ?? "";
  const isBare = last === "*" || /[\p{L}\p{N}]\*$/u.test(last);
  const shortened = isBare ? [...words.slice(0, -1), last.slice(0, -1)].filter((word) => word !== "") : words;
  return { words: shortened.map(toExpression), takesMore: last.endsWith("*") };
}

const toExpression = (word: string): RegExp =>
  new RegExp(`^${word.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, "[\\s\\S]*")}$`);
