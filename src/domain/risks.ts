import { readGit } from "./git-line.ts";
import { codeIn, EVALUATED, EVALUATORS, nameOf, REBINDERS, SHELLS, WRAPPERS } from "./programs.ts";
import type { Word } from "./shell-line.ts";

/** Arguments that make a well-known program run another, read commands from a file, or write one. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  cargo: /^(?:\+|--config)/,
  cmake: /^-(?:P|E|D)/,
  curl: /^(?:-\w*[oOKTJ]|--(?:out|rem|con|up|dump|trace|cookie-jar|stderr))/,
  eslint: /^(?:-\w*[cfo]|--(?:con|form|out|res|rule|plug|par|fix))/,
  fd: /^(?:-\w*[xX]|--exec)/,
  find: /^-(?:exec|ok|delete|fprint|fls)/,
  go: /^--?(?:exec|toolexec|vettool|overlay|modfile|o|C)(?:$|=)/,
  less: /^[-+]/,
  make: /^(?:-\w*[fCIE]|--(?:f|dir|ev|inc|mak)|\w+[:+?]*=)/,
  man: /^-/,
  node: /^-(?:\w*[erpiC]|-(?:ev|pr|req|imp|lo|exp|env|ins|con|test-rep|test-gl|run))/,
  npm: /^(?:exec|x|explore|edit|config|set|set-script|pkg|-C|--(?:script|node|prefix|user|global|shell|edit|git|ca))/,
  pnpm: /^(?:exec|dlx|config|set|pkg|-C|-\w*c|--(?:script|node|dir|prefix|user|shell|con))/,
  yarn: /^(?:exec|dlx|x|config|set|plugin|node|--(?:cwd|use-yarnrc|script))/,
  pytest: /^(?:-\w*[cop]|--(?:con|root|over|base|imp|pdb|deb|jun|log))/,
  python: /^-(?:\w*[cmi])/,
  rg: /^--(?:pre|host)/,
  rsync: /^(?:-\w*e|--(?:rsh|rsync-p|log))/,
  sort: /^(?:-\w*[oT]|--(?:o|co))/,
  ssh: /^-/,
  tar: /^(?:-?\w*[IF]|--(?:to-|use-|checkpoint-|rsh|rmt|info|new-|index))/,
  tsc: /^-(?:p$|-(?:p|out|b))/,
  wget: /^(?:-\w*[OPaoie]|--(?:out|dir|exec|use-|con|in|app|post-f|body-f))/,
  xxd: /^-\w*r/,
  yq: /^-\w*i/,
};

/**
 * Which words of a command a pattern of `allow` has to spell out, since they make it run another program or write a file
 * that nobody named: an index each. No `*` covers them.
 */
export function risksOf(words: readonly Word[]): ReadonlySet<number> {
  const [program, ...args] = words;
  if (program === undefined) return new Set();
  const name = nameOf(program);
  if (name === "git") return readGit(words).risks;
  const isGateway = name === "eval" || name === "trap" || [WRAPPERS, SHELLS, REBINDERS].some((all) => all.has(name));
  if (isGateway) return new Set(words.keys());
  const family = name.replace(/[\d.]+$/, "");
  const pattern = Object.hasOwn(OPTIONS, family) ? OPTIONS[family] : undefined;
  const code = new Set(codeIn(name, args));
  const isRisk = (word: Word, index: number): boolean => {
    if (pattern !== undefined) return word === undefined || pattern.test(word);
    return EVALUATORS.has(name) ? word !== undefined && EVALUATED.test(word) : code.has(index);
  };
  return new Set(args.flatMap((word, index) => (isRisk(word, index) ? [index + 1] : [])));
}
