import type { Word } from "./shell-line.ts";

const list = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Options of git itself, before its command, that take the next word. */
const WITH_VALUE = list("-C -c --git-dir --work-tree --namespace --super-prefix --config-env --attr-source");
const HARMLESS = list(
  "--no-pager -P --no-optional-locks --literal-pathspecs --no-replace-objects --version --help -v -h",
);

/** These use another directory, and nothing outside of it. */
const ELSEWHERE = list("-C -p --paginate --bare --work-tree");

/** Commands of git's own; any other word may be an alias or a program on PATH. (git 2.51) */
const COMMANDS = list(
  `add am annotate apply archive blame branch bundle cat-file check-attr check-ignore check-mailmap
  check-ref-format checkout cherry cherry-pick clean clone column commit commit-graph commit-tree config count-objects
  describe diff diff-files diff-index diff-tree fast-export fetch for-each-ref format-patch fsck gc grep hash-object
  index-pack init log ls-files ls-remote ls-tree merge merge-base merge-file merge-tree mktag mktree mv name-rev notes
  pack-objects pack-refs patch-id prune pull push range-diff read-tree rebase reflog remote repack replace rerere reset
  restore rev-list rev-parse revert rm shortlog show show-branch show-ref sparse-checkout stash status stripspace switch
  symbolic-ref tag unpack-objects update-index update-ref var verify-commit verify-pack verify-tag version whatchanged
  worktree write-tree`,
);
/** Commands among these that name programs for later, or fetch a whole repository. */
const LASTING = list("config clone init worktree");

/** Options that run a program or write a file; git also takes them shortened. */
const LONG = [
  ...["--ext-diff", "--textconv", "--upload-pack", "--receive-pack", "--exec", "--extcmd", "--open-files-in-pager"],
  ...["--output", "--output-directory", "--template", "--config", "--tool", "--strategy", "--show-signature"],
  ...["--gpg-sign", "--interactive", "--edit-todo", "--recurse-submodules", "--paginate", "--show-pulls-with"],
];
const SHORT: Readonly<Record<string, RegExp>> = {
  ...{ grep: /^-\w*O/, rebase: /^-\w*[xsXi]/, merge: /^-\w*[sXS]/, pull: /^-\w*[sXS]/, clone: /^-\w*[cu]/ },
  ...{ "format-patch": /^-\w*o/, archive: /^-\w*o/, commit: /^-\w*S/, tag: /^-\w*[su]/, diff: /^-\w*O/ },
};

export interface GitLine {
  /** `git push --force` of `git -C x push --force`. */
  readonly words: readonly Word[];
  /** It may run something that it does not name: an alias, or a program from an option or from other config. */
  readonly isOpen: boolean;
  /** Indexes of the words that may make it run a program, use another repository or write a file. */
  readonly risks: ReadonlySet<number>;
}

/** Reads a line of git. */
export function readGit(words: readonly Word[]): GitLine {
  const risks = new Set<number>();
  let at = 1;
  let isOpen = false;
  for (let word = words[at]; word?.startsWith("-"); word = words[++at]) {
    if (HARMLESS.has(word)) continue;
    risks.add(at);
    isOpen ||= !ELSEWHERE.has(word);
    if (WITH_VALUE.has(word)) risks.add(++at);
  }
  const command = words[at];
  const isKnown = command === undefined ? at > 1 && at >= words.length : COMMANDS.has(command);
  if (!isKnown || LASTING.has(command ?? "")) risks.add(at);
  for (const [index, word] of words.entries()) {
    if (index <= at || !isRisk(command, word)) continue;
    risks.add(index);
    isOpen ||= word !== undefined;
  }
  return { words: ["git", ...words.slice(at)], isOpen: isOpen || !isKnown, risks };
}

/** Whether an argument makes a command of git run a program or write a file; what only the shell knows might. */
function isRisk(command: Word, word: Word): boolean {
  if (word === undefined || /^\w+::/.test(word)) return true;
  if (command !== undefined && Object.hasOwn(SHORT, command) && SHORT[command]?.test(word)) return true;
  const [name = ""] = word.split("=");
  return name.length > 3 && name.startsWith("--") && LONG.some((option) => option.startsWith(name));
}
