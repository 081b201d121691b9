export const RESERVED = new Set(
  "! { } [[ case coproc do done elif else esac fi for function if in select then until while".split(" "),
);
/** Behind these comes no command, or the name of something that holds one. */
export const OBSCURE = new Set("[[ coproc function".split(" "));
/** One shell takes these for an argument, and another may begin a command after them. */
export const TURNS = new Set(["{", "}", "do"]);
export const BLANK = /[ \t]+(?:\\\n[ \t]*)*/y;
export const SEPARATOR = /\|\||&&|\|&|[;|\n]/y;
export const PROCESS_SUBSTITUTION = /[<>]\(/y;
export const HERE_DOCUMENT = /\d*<<-?(?!<)/y;
export const DUPLICATE = /\d*[<>]&(?:\d+|-)(?=[\s;|&<>()]|$)/y;
/** bash takes this for a redirection, POSIX for a job in the background. */
export const BOTH_OUTPUTS = /&>>?/y;
export const REDIRECTION = /\d*(?:<<<|<>|>>|>\||[<>]&?)/y;
/** zsh takes these for a part of a redirection. */
export const FORCED = /[|!&]/y;
/** zsh takes these for the end of a job that it lets run alone. */
export const DISOWNED = /&[!|]/y;
export const DOUBLE_OR_ATTACHED = /\(\(|(?<=[^\s;|&()<>])\(/y;
export const ASSIGNMENT = /[A-Za-z_]\w*(?:\[[^\][\s]{0,99}\])?\+?=/y;
export const PARAMETER = /\$(?:\w+|[@*#?$!-]|\{\w+\})/y;
export const SINGLE_QUOTED = /'([^']*)'/y;
export const ANSI_QUOTED = /\$'(?:\\[\s\S]|[^'\\])*'/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a line that holds them is not what it looks like
export const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;
