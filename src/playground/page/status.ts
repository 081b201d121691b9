import { h, textOf, type VElement, type VNode } from "./vnode.ts";

type Tone = "working" | "done" | "failed" | "waiting" | "stopped";

const SIGNS: Readonly<Record<Tone, string>> = { working: "", done: "✓", failed: "!", waiting: "…", stopped: "■" };

/** The words that begin the messages of a run, and how they are shown. */
const TONES: Readonly<Record<string, Tone>> = {
  working: "working",
  starting: "working",
  continuing: "working",
  restarting: "working",
  stopping: "working",
  goal: "working",
  queued: "waiting",
  paused: "waiting",
  "waiting for you": "waiting",
  done: "done",
  error: "failed",
  cancelled: "stopped",
  interrupted: "stopped",
};

/** The bot's words with a chip in place of the state that they begin with: `done · codex · 12s`. */
export function withStatus(nodes: readonly VNode[]): VNode[] {
  const [first, ...rest] = joined(nodes);
  if (first === undefined) return [];
  if (typeof first === "string") return splitHeader(first, rest) ?? [...nodes];
  if (first.tag === "p") return [{ ...first, children: withStatus(first.children) }, ...rest];
  const [next, ...others] = rest;
  const isHeader = typeof next === "string" && next.startsWith(" · ");
  return (isHeader ? splitHeader(textOf([first]) + next, others) : undefined) ?? [...nodes];
}

/** With the strings at the beginning as one. */
function joined(nodes: readonly VNode[]): readonly VNode[] {
  const end = nodes.findIndex((node) => typeof node !== "string");
  const count = end < 0 ? nodes.length : end;
  return count < 2 ? nodes : [nodes.slice(0, count).join(""), ...nodes.slice(count)];
}

function splitHeader(text: string, rest: readonly VNode[]): VNode[] | undefined {
  const [, word = "", facts = "", below = ""] = /^([a-z]+(?: for you)?) · ([^\n]*)([\s\S]*)$/.exec(text) ?? [];
  const tone = Object.hasOwn(TONES, word) ? TONES[word] : undefined;
  if (tone === undefined) return undefined;
  return [chip(word, tone), h("span", { class: "facts" }, ` · ${facts}`), ...(below === "" ? [] : [below]), ...rest];
}

function chip(word: string, tone: Tone): VElement {
  return h(
    "span",
    { class: `chip-status ${tone}` },
    h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[tone]),
    word,
  );
}
