import type { Word } from "./shell-line.ts";

const names = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Programs that run the command after their options. */
export const WRAPPERS = names(
  `- arch batch builtin busybox caffeinate chroot chrt command doas env exec fakeroot firejail flock gdb ionice
  linux64 ltrace nice nocorrect noglob nohup nsenter numactl parallel pkexec prlimit proxychains proxychains4 rlwrap
  runuser script setarch setpriv setsid sshpass start-stop-daemon stdbuf strace su sudo systemd-run taskset time
  timeout torsocks toybox unbuffer unshare valgrind watch xargs xvfb-run zargs`,
);

/** Programs that may run a command anywhere in their arguments. */
export const RUNNERS = names(
  `bun bundle bunx conda deno direnv docker entr expect hatch kubectl mise nix nix-shell npm npx pdm pipenv
  pnpm podman poetry screen ssh tmux uv uvx yarn zellij`,
);

/** Programs whose arguments are text or names of files, as long as none is among the risks of `risks.ts`. */
export const TEXTUAL = names(
  `ack ag apropos apt apt-get base64 basename brew cat cd chmod chown cmp column comm cp curl cut date df diff dig dirname
  dpkg du echo egrep false fgrep file fmt fold grep head join kill killall less ln ls lsof man md5sum mkdir more mv nl od
  paste pgrep ping pip pip3 pkill popd ps pushd pwd readlink realpath rev rg rmdir seq sha1sum sha256sum sleep sort stat
  strings tac tail tar tee touch tr true type uniq unzip wc wget whatis whereis which xxd zgrep`,
);

export const SHELLS = names("ash bash csh dash elvish fish ksh mksh nu pwsh rbash sh tcsh yash zsh");

/** Programs that run a text that is not on the line, and parts of the shell that change what a name stands for. */
export const REBINDERS = names(
  ". add-zsh-hook alias at autoload bind compdef complete coproc crontab emulate enable fc function functions hash mapfile repeat".concat(
    " readarray sched source zle zmodload zmv zsh-defer",
  ),
);

/** Builtins that evaluate their arguments as numbers or names, with the substitutions in them. */
export const EVALUATORS = names(
  `[ [[ break compgen continue declare exit export float getopts integer let local print printf read readonly return set
  shift test typeset ulimit unset vared wait`,
);

/** Substitutions that quotes keep from the shell's grammar, and names of array members, which may hold some. */
export const EVALUATED = /[[`]|\$[({[]/;

/** Interpreters, and what in an argument of theirs runs another program or writes a file. */
const CODE: Readonly<Record<string, RegExp>> = {
  ...{ awk: /system|[|@]/, gawk: /system|[|@]/, mawk: /system|\|/, nawk: /system|\|/ },
  // All but addresses with `p`, `d` or `q`, and substitutions without flags that run or write.
  sed: /^(?![\d,$]+[pdq]?$|s([/|#,:])[^\n;]*\1[^\n;]*\1[gpI\d]*$)/,
  ...{ vi: /./, vim: /./, nvim: /./, view: /./, ed: /./, ex: /./, emacs: /./, m4: /./, tclsh: /^-/, osascript: /./ },
};
const INTERPRETER = /^(python|pypy|perl|ruby|node|nodejs|php|lua|luajit|irb|rscript|ghc|groovy|scala|jshell)[\d.]*$/;
/** No word after these, or after a file, is a program. */
const HARMLESS = /^(?:[^-]|-m$|-V$|-v$|--version$|--help$|--test$|--check$)/;

/** The arguments that are a text to run: for sed the first that is no option, or all if an option brings more. */
export function codeIn(name: string, args: readonly Word[]): number[] {
  const code = Object.hasOwn(CODE, name) ? CODE[name] : undefined;
  if (code === undefined) return [];
  const isPlain = name === "sed" && args.every((word) => !/^-(?![nErsuz]+$)/.test(word ?? ""));
  const first = isPlain ? args.findIndex((word) => !word?.startsWith("-")) : -1;
  const isCode = (word: Word) => word === undefined || code.test(word);
  return args.flatMap((word, index) => ((first < 0 || index === first) && isCode(word) ? [index] : []));
}

/** Whether a program runs a text that is no command line, or only its stdin. */
export function runsCode(name: string, args: readonly Word[]): boolean {
  if (INTERPRETER.test(name)) return args[0] === undefined || !HARMLESS.test(args[0]);
  return codeIn(name, args).length > 0;
}

/** Whether the arguments of a program go to code of the person's own, or are such code that was looked at. */
export const runsFiles = (name: string): boolean => INTERPRETER.test(name) || Object.hasOwn(CODE, name);

/** A program's name without its path and in lower case: some disks do not mind case. */
export const nameOf = (program: string): string => program.replace(/^.*\//s, "").toLowerCase();
