/**
 * An answer that can do no harm: links lead to allowed places only and say so, there are no images, no HTML and no
 * buttons, and nesting is bounded. Both emitters take nothing else.
 */
export type Block =
  | { readonly type: "paragraph"; readonly children: readonly Inline[] }
  | { readonly type: "heading"; readonly size: 1 | 2 | 3 | 4 | 5 | 6; readonly children: readonly Inline[] }
  | Pre
  | { readonly type: "math"; readonly text: string }
  | { readonly type: "quote"; readonly blocks: readonly Block[]; readonly isFolded?: boolean }
  | List
  | Table
  | { readonly type: "rule" };

export interface Pre {
  readonly type: "pre";
  readonly text: string;
  readonly language?: string;
  readonly isFolded?: boolean;
  /** Stands above a folded one, and is always seen. */
  readonly title?: string;
}

export interface List {
  readonly type: "list";
  /** Number of the first item; without it the list is unordered. */
  readonly start?: number;
  /** Whether its items stand apart by blank lines. */
  readonly isLoose: boolean;
  readonly items: readonly ListItem[];
}

export interface ListItem {
  readonly blocks: readonly Block[];
  /** Only of tasks. */
  readonly isChecked?: boolean;
}

export interface Table {
  readonly type: "table";
  /** One a column. */
  readonly align: readonly Align[];
  /** The first row is the header; a row may be shorter than the header. */
  readonly rows: readonly (readonly (readonly Inline[])[])[];
}

export type Align = "left" | "center" | "right";

export type Inline =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "break" }
  | { readonly type: "code"; readonly text: string }
  | { readonly type: "math"; readonly text: string }
  /** A time of day, ms since 1970; `text` has it in the machine's zone, for clients that cannot show the reader's. */
  | { readonly type: "time"; readonly at: number; readonly text: string }
  | { readonly type: "bold" | "italic" | "strikethrough"; readonly children: readonly Inline[] }
  | { readonly type: "link"; readonly url: string; readonly children: readonly Inline[] };

export const text = (value: string): Inline => ({ type: "text", text: value });

export const code = (value: string): Inline => ({ type: "code", text: value });

/** `14:02`, which a client shows in its reader's own zone if it can. */
export const timeOfDay = (at: number): Inline => ({ type: "time", at, text: new Date(at).toTimeString().slice(0, 5) });

export const paragraph = (...children: readonly Inline[]): Block => ({ type: "paragraph", children });

/** One paragraph of several lines. */
export function lines(pieces: readonly (readonly Inline[])[]): Block {
  const [first = [], ...rest] = pieces;
  return paragraph(...first, ...rest.flatMap((piece): Inline[] => [{ type: "break" }, ...piece]));
}

/** Text of no format at all; its lines stay. */
export const plain = (value: string): Block => paragraph(text(value));

/** The text that the nodes show, without any format. */
export function textOf(nodes: readonly Inline[]): string {
  return nodes.map((node) => ("children" in node ? textOf(node.children) : "text" in node ? node.text : "\n")).join("");
}
