import { highlight } from "./highlight.ts";
import { h, icon, textOf, type VNode } from "./vnode.ts";

/** Quotes up to this many lines and UTF-16 units need no folding. */
const SHORT_QUOTE_LINES = 3;
const SHORT_QUOTE_UNITS = 240;

/** Lines up to this long fit on every screen. */
const NARROW_CODE_UNITS = 32;

const FOOTER = /^(?:ctx: |[\w-]+ (?:resume|--session|--resume|-r) )/;

/** Text that stays covered until it is pressed. */
export function spoilerNode(children: readonly VNode[]): VNode {
  const attrs = { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Hidden text, press to show" };
  return h("span", { ...attrs, "data-action": "reveal" }, children);
}

/** A code block with its language and a copy button. */
export function preNode(language: string | undefined, children: readonly VNode[]): VNode {
  const attrs = { type: "button", tabindex: -1, "data-action": "copy-block", title: "Copy code" };
  const bar = h(
    "div",
    { class: "pre-bar" },
    h("span", {}, language || "code"),
    h("button", attrs, icon("copy"), "Copy"),
  );
  const text = textOf(children);
  // Only code that may have to be scrolled is a stop for the keyboard.
  const isWide = text.split("\n").some((line) => line.length > NARROW_CODE_UNITS);
  return h("div", { class: "pre" }, bar, h("pre", { tabindex: isWide && 0 }, h("code", {}, highlight(text, language))));
}

/** A quotation; a long expandable one starts folded, with a button that unfolds it. */
export function quoteNode(children: readonly VNode[], kind?: "expandable"): VNode {
  const text = textOf(children);
  const isLong = text.split("\n").length > SHORT_QUOTE_LINES || text.length > SHORT_QUOTE_UNITS;
  if (kind === undefined || !isLong) return h("blockquote", { class: "quote" }, h("div", {}, children));
  const toggle = { type: "button", class: "unfold", "data-action": "unfold", "aria-expanded": "false" };
  const button = h("button", { ...toggle, "aria-label": "Show the whole quote" }, icon("down"));
  return h("blockquote", { class: "quote folded" }, h("div", {}, children), button);
}

/** A bot command in a text: pressing it sends it. */
export function commandNode(command: string, children: readonly VNode[]): VNode {
  return h("button", { type: "button", class: "command", "data-action": "command", "data-value": command }, children);
}

/** Code to copy with a press; the lines below an answer, which say where it ran and how to resume it, are quiet. */
export function codeNode(text: string, children: readonly VNode[]): VNode {
  const look = FOOTER.test(text) ? { class: "quiet" } : {};
  return h("code", { ...look, "data-action": "copy", "data-value": text, title: "Click to copy" }, children);
}

/** A formula as its LaTeX source, until `typeset` has shown it. */
export function formulaNode(expression: string, place: "inline" | "block"): VNode {
  return h(place === "inline" ? "span" : "div", { class: `formula ${place}`, "data-tex": expression }, expression);
}
