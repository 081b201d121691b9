import { CommandPattern, type Fit } from "./command-pattern.ts";
import type { Approval, Question } from "./question.ts";
import { reachOf } from "./reach.ts";
import { readShellLine, type Word } from "./shell-line.ts";

/** What the config says of an engine's questions whether it may do something. */
export interface Rules {
  readonly approvals?: "ask" | "allow" | "deny" | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}

export type Decision = "ask" | "allow" | "deny";

export interface Verdict {
  readonly decision: Decision;
  /** The rule that made it, as the config has it: `deny = "rm *"`, `approvals = "allow"`. */
  readonly rule?: string;
  /** Why no rule did, or why one did not hold; one sentence. */
  readonly reason?: string;
}

/**
 * Decides on a question before anybody is asked.
 *
 * A command line is taken apart as a shell would do it, and patterns are held against each simple command in it. A
 * pattern that `deny` has for any of them denies, before all else, also behind programs that run others: `env`, `sudo`,
 * `xargs`, `sh -c`. A line is allowed by `allow` if each of its commands has a pattern there, it runs in the run's own
 * directory and repository, and it is nothing but commands: whatever has a substitution, a subshell, a redirection to a
 * file, a job in the background, an assignment in front or an unreadable part is left to `approvals`.
 * `approvals = "allow"` still asks if a line might hide what `deny` names.
 *
 * Patterns are words. A `*` within a word stands for any text of that word; at the end of a pattern it stands for any
 * further arguments as well, and behind a letter or digit for these alone: `git status*` is `git status` with or
 * without arguments, and not `git statusx`; `npm run test:*` is any such script. `deny` also finds programs by their
 * path: `rm *` is `/bin/rm -r x` too. In `allow`, no `*` covers what makes a program run another, as `git -c` does.
 *
 * Changes of files and other permissions go by `approvals` alone. What is no approval is always asked.
 */
export function judge(question: Question, rules: Rules): Verdict {
  switch (question.kind) {
    case "choice":
    case "text":
      return { decision: "ask", reason: "Only a person can answer this." };
    case "file_change":
    case "permission":
      return byApprovals(rules);
    case "command":
      return judgeCommand(question, rules);
  }
}

export const decide = (question: Question, rules: Rules): Decision => judge(question, rules).decision;

const byApprovals = ({ approvals }: Rules, reason?: string): Verdict => ({
  decision: approvals ?? "ask",
  ...(approvals !== undefined && { rule: `approvals = "${approvals}"` }),
  ...(reason !== undefined && { reason }),
});

function judgeCommand({ command = "", place }: Approval, rules: Rules): Verdict {
  const denial = denialOf(command, rules.deny ?? []);
  if (denial?.fit === "yes") return { decision: "deny", rule: quote("deny", denial.pattern) };
  const allowance = allowanceOf(command, rules.allow ?? [], denial !== undefined);
  const isHere = place?.isOwn === true;
  // Who allows a program by its name, and it runs others, has said so.
  const mayDeny = denial?.fit === "maybe";
  if (allowance.rules && !mayDeny && isHere) return { decision: "allow", rule: allowance.rules.join(", ") };
  const elsewhere = "It does not run in the run's own directory and repository.";
  const reason = denial === undefined ? (allowance.reason ?? (isHere ? undefined : elsewhere)) : denial.reason;
  if (denial !== undefined && rules.approvals === "allow") return { decision: "ask", reason: denial.reason };
  return byApprovals(rules, reason);
}

interface Denial {
  /** `open`: no pattern fits, but the line may run more than can be read from it. */
  readonly fit: Exclude<Fit, "no"> | "open";
  readonly pattern: string;
  readonly reason: string;
}

/** The pattern that denies a line, or might; undefined if none can. */
function denialOf(line: string, deny: readonly string[]): Denial | undefined {
  const [first] = deny;
  if (first === undefined) return undefined;
  const { commands, isWhole } = reachOf(line);
  const patterns = deny.map((text) => new CommandPattern(text));
  const denials = commands.flatMap(({ words, isSure }) =>
    patterns.flatMap((pattern): Denial[] => {
      const fit = pattern.fits(words);
      if (fit === "no") return [];
      const reason = `It may run what ${quote("deny", pattern.text)} names.`;
      return [{ fit: isSure ? fit : "maybe", pattern: pattern.text, reason }];
    }),
  );
  const found = denials.find(({ fit }) => fit === "yes") ?? denials[0];
  if (found !== undefined || (isWhole && commands.length > 0)) return found;
  return { fit: "open", pattern: first, reason: "It may run more than can be read from it, and `deny` is set." };
}

interface Allowance {
  readonly rules?: readonly string[];
  readonly reason?: string;
}

/**
 * The patterns that cover a line, or why they do not.
 *
 * @param isOpen Only patterns that name a program count.
 */
function allowanceOf(line: string, allow: readonly string[], isOpen: boolean): Allowance {
  const { commands, isPlain } = readShellLine(line);
  const patterns = allow.map((text) => new CommandPattern(text)).filter((one) => one.namesProgram || !isOpen);
  if (patterns.length === 0 || commands.length === 0) return { reason: "No rule is about it." };
  if (!isPlain) return { reason: "It is more than plain commands, so `allow` does not cover it." };
  const rules = commands.map((command) => patterns.find((pattern) => pattern.allows(command))?.text);
  const at = rules.indexOf(undefined);
  if (at >= 0) return { reason: `No rule of \`allow\` covers all of: ${show(commands[at] ?? [])}` };
  if (commands.length > 1 && commands.some(([program]) => MOVES.has(program ?? ""))) {
    return { reason: "It changes the directory, and `allow` holds only in the run's own." };
  }
  return { rules: [...new Set(rules)].map((text) => quote("allow", text ?? "")) };
}

/** Commands behind which the next one runs elsewhere. */
const MOVES = new Set(["cd", "chdir", "pushd", "popd"]);

const show = (words: readonly Word[]): string => words.map((word) => word ?? "…").join(" ");
const quote = (key: string, pattern: string): string => `${key} = ${JSON.stringify(pattern)}`;
