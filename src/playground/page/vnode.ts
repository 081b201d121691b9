/** Elements that the page may show: none of them runs or embeds anything. Pictures are the chat's own. */
export type Tag =
  | "a"
  | "article"
  | "blockquote"
  | "button"
  | "code"
  | "details"
  | "div"
  | "em"
  | "footer"
  | "h3"
  | "h4"
  | "h5"
  | "h6"
  | "hr"
  | "img"
  | "li"
  | "mark"
  | "ol"
  | "p"
  | "pre"
  | "s"
  | "span"
  | "strong"
  | "sub"
  | "summary"
  | "sup"
  | "svg"
  | "table"
  | "tbody"
  | "td"
  | "th"
  | "time"
  | "tr"
  | "u"
  | "ul"
  | "use"
  | "caption";

/** A picture of a piece of the page as a plain value: pure code makes it, `patch.ts` shows it. */
export type VNode = VElement | string;

export interface VElement {
  readonly tag: Tag;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly VNode[];
}

type Attr = string | number | boolean | undefined;
type Child = VNode | undefined | readonly VNode[];

/** Makes an element; attributes that are `undefined` or `false` are left out, `true` becomes an empty one. */
export function h(tag: Tag, attrs: Readonly<Record<string, Attr>>, ...children: readonly Child[]): VElement {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(attrs)) {
    if (value !== undefined && value !== false) kept[name] = value === true ? "" : String(value);
  }
  return { tag, attrs: kept, children: children.flat().filter((child): child is VNode => child !== undefined) };
}

/** One of the drawings that `index.html` defines as a symbol. */
export function icon(name: string): VElement {
  return h("svg", { class: "icon", "aria-hidden": "true" }, h("use", { href: `#i-${name}` }));
}

/** The text of nodes as a reader sees it. */
export function textOf(nodes: readonly VNode[]): string {
  return nodes.map((node) => (typeof node === "string" ? node : textOf(node.children))).join("");
}
