import { h, type VNode } from "./vnode.ts";

/** Longer code, in UTF-16 units, stays plain: colours would cost more than they give. */
const MAX_UNITS = 40_000;

const WORDS =
  "abstract and as async await break case catch class const continue def default defer del do elif else enum except " +
  "export extends false final finally fn for from func function go if impl implements import in interface is lambda " +
  "let match mod mut new nil None not null of or package pass private protected public pub raise readonly return " +
  "self static struct super switch this throw trait True False true try type typeof undefined use var void while " +
  "with yield echo fi done then esac local select where insert into update delete create table values join group order by";

const KEYWORDS = new Set(WORDS.split(" "));

/** Languages whose comments begin with a hash; in the others it means something else. */
const HASH = new Set([
  "sh",
  "bash",
  "zsh",
  "shell",
  "console",
  "py",
  "python",
  "rb",
  "ruby",
  "toml",
  "yaml",
  "yml",
  "make",
  "dockerfile",
]);

const PLAIN = new Set(["", "text", "txt", "plain", "markdown", "md"]);

const C_LIKE =
  /(\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|--\s[^\n]*)|("(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`(?:\\.|[^`\\])*`?)|\b(\d[\w.]*)|([A-Za-z_$][\w$]*)/g;
const HASHED = /(#[^\n]*)|("(?:\\.|[^"\\])*"?|'[^']*'?)|\b(\d[\w.]*)|([A-Za-z_$][\w$]*)/g;

/** Code with colours for what most languages share: comments, strings, numbers, keywords; diffs by line. */
export function highlight(code: string, language = ""): VNode[] {
  const name = language.toLowerCase();
  if (PLAIN.has(name) || code.length > MAX_UNITS) return [code];
  if (name === "diff" || name === "patch") return code.split(/(?<=\n)/).map(diffLine);
  const nodes: VNode[] = [];
  let position = 0;
  for (const match of code.matchAll(HASH.has(name) ? HASHED : C_LIKE)) {
    const kind = kindOf(match);
    if (kind === undefined) continue;
    if (match.index > position) nodes.push(code.slice(position, match.index));
    nodes.push(h("span", { class: kind }, match[0]));
    position = match.index + match[0].length;
  }
  if (position < code.length) nodes.push(code.slice(position));
  return nodes;
}

function kindOf([, comment, string, number, word]: RegExpMatchArray): string | undefined {
  if (comment !== undefined) return "c-comment";
  if (string !== undefined) return "c-string";
  if (number !== undefined) return "c-number";
  return word !== undefined && KEYWORDS.has(word) ? "c-word" : undefined;
}

function diffLine(line: string): VNode {
  if (/^(?:\+\+\+|---|diff |index )/.test(line)) return h("span", { class: "c-comment" }, line);
  if (line.startsWith("+")) return h("span", { class: "c-added" }, line);
  if (line.startsWith("-")) return h("span", { class: "c-removed" }, line);
  return line.startsWith("@@") ? h("span", { class: "c-number" }, line) : line;
}
