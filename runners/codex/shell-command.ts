/** `/bin/bash -lc 'echo hi'` → `echo hi`: codex shows each command as the argv that it starts. */
export function unwrapShell(command: string): string {
  const [wrapper, simple] = WRAPPER.exec(command) ?? [];
  if (wrapper === undefined || simple !== undefined) return simple ?? command;
  const words = splitWords(command);
  return words?.length === 3 && words[2] ? words[2] : command;
}

/** With the command where it is a single word in single quotes, as most are. */
const WRAPPER = /^(?:\/\S*\/)?(?:ba|z|da|k)?sh -l?c (?:'([^']+)'$)?/;
const WORD_PART = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)|(\s+)/y;

/** The words of a POSIX command line with their quotes taken off; undefined if a quote is left open. */
function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < line.length) {
    WORD_PART.lastIndex = at;
    const part = WORD_PART.exec(line);
    if (part === null) return undefined;
    at = WORD_PART.lastIndex;
    const [, single, double, escaped, plain, space] = part;
    if (space === undefined) {
      word = (word ?? "") + (single ?? double?.replace(/\\([$`"\\])/g, "$1") ?? escaped ?? plain ?? "");
    } else {
      if (word !== undefined) words.push(word);
      word = undefined;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
