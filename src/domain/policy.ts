import { CommandPattern, type Fit } from "./command-pattern.ts";
import { Glob } from "./glob.ts";
import { PathPattern } from "./path-pattern.ts";
import type { Approval, Question } from "./question.ts";
import { reachOf } from "./reach.ts";
import { readShellLine, type Word } from "./shell-line.ts";

/** The config's rules for an engine's questions whether it may do something. */
export interface Rules {
  readonly approvals?: "ask" | "allow" | "deny" | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
  readonly allow_paths?: readonly string[] | undefined;
  readonly deny_paths?: readonly string[] | undefined;
  readonly allow_tools?: readonly string[] | undefined;
  readonly deny_tools?: readonly string[] | undefined;
  /** A person's answer for a session counts for later sessions. */
  readonly remember?: boolean | undefined;
}

export type Decision = "ask" | "allow" | "deny";

export interface Verdict {
  readonly decision: Decision;
  /** The rule that decided, as the config has it: `deny = "rm *"`, `approvals = "allow"`. */
  readonly rule?: string;
  /** Why no rule decided, or why one did not apply; one sentence. */
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
 * A change of files is allowed if `allow_paths` has a pattern for every file, and denied if `deny_paths` has one for any.
 * Other tools go by `allow_tools` and `deny_tools`, which is about all that an engine asks for. What is no approval is
 * always asked.
 */
export function judge(question: Question, rules: Rules): Verdict {
  if (question.kind === "choice" || question.kind === "text") {
    return { decision: "ask", reason: "Only a person can answer this." };
  }
  const denied = (rules.deny_tools ?? []).find((text) => isTool(text.toLowerCase(), question.tool?.toLowerCase()));
  if (denied !== undefined) return { decision: "deny", rule: quote("deny_tools", denied) };
  switch (question.kind) {
    case "file_change":
      return judgeFiles(question, rules);
    case "permission":
      return judgeTool(question, rules);
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

const isTool = (pattern: string, tool: string | undefined) => tool !== undefined && new Glob(pattern).matches(tool);

function judgeTool({ tool }: Approval, rules: Rules): Verdict {
  const allowed = (rules.allow_tools ?? []).find((text) => isTool(text, tool));
  if (allowed !== undefined) return { decision: "allow", rule: quote("allow_tools", allowed) };
  const mayHide = tool === undefined && (rules.deny_tools ?? []).length > 0;
  return mayHide ? inDoubt(rules, "It is not known which tool this is.") : byApprovals(rules);
}

function judgeFiles({ place, paths = [] }: Approval, rules: Rules): Verdict {
  const { deny_paths: deny = [], allow_paths: allow = [] } = rules;
  const directory = place?.directory ?? "";
  const named = [
    ...(place?.paths ?? []),
    ...paths.map((path) => (path.startsWith("/") ? path : `${directory}/${path}`)),
  ];
  const denied = deny.find((text) => named.some((path) => new PathPattern(text).denies(path, directory)));
  if (denied !== undefined) return { decision: "deny", rule: quote("deny_paths", denied) };
  if (place?.paths === undefined) {
    const reason = "It is not known which files it changes.";
    return deny.length > 0 ? inDoubt(rules, reason) : byApprovals(rules, reason);
  }
  const patterns = allow.map((text) => new PathPattern(text));
  const found = place.paths.map((path) => patterns.find((pattern) => pattern.allows(path, directory))?.text);
  const at = found.indexOf(undefined);
  if (at >= 0) return byApprovals(rules, `No rule of \`allow_paths\` covers ${place.paths[at]}.`);
  return { decision: "allow", rule: [...new Set(found)].map((text) => quote("allow_paths", text ?? "")).join(", ") };
}

/** Nothing that `deny` may name is allowed unasked. */
const inDoubt = (rules: Rules, reason: string): Verdict =>
  rules.approvals === "allow" ? { decision: "ask", reason } : byApprovals(rules, reason);

function judgeCommand({ command = "", place }: Approval, rules: Rules): Verdict {
  const denial = denialOf(command, rules.deny ?? []);
  if (denial?.fit === "yes") return { decision: "deny", rule: quote("deny", denial.pattern) };
  const allowance = allowanceOf(command, rules.allow ?? [], denial !== undefined);
  const isHere = place?.isOwn === true;
  // Whoever allows a program by its name has also allowed the programs that it runs.
  const mayDeny = denial?.fit === "maybe";
  if (allowance.rules && !mayDeny && isHere) return { decision: "allow", rule: allowance.rules.join(", ") };
  const elsewhere =
    place?.nested === undefined
      ? "It does not run in the run's own directory and repository."
      : `Git may obey the settings of another repository within this one: ${place.nested}`;
  const reason = allowance.reason ?? (isHere ? undefined : elsewhere);
  return denial === undefined ? byApprovals(rules, reason) : inDoubt(rules, denial.reason);
}

interface Denial {
  /** `open`: no pattern matches, but the line may run more than it shows. */
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

/** After these, the next command runs in another directory. */
const MOVES = new Set(["cd", "chdir", "pushd", "popd"]);

const show = (words: readonly Word[]): string => words.map((word) => word ?? "…").join(" ");
const quote = (key: string, pattern: string): string => `${key} = ${JSON.stringify(pattern)}`;
