import type { InlineKeyboardButton, InlineKeyboardMarkup, RichMessageButton } from "@grammyjs/types";
import { safeUrl } from "./links.ts";
import { h, icon, type VNode } from "./vnode.ts";

/** An inline keyboard under a message; `waiting` holds the callback data of presses without an answer yet. */
export function keyboardNode(markup: InlineKeyboardMarkup, waiting: ReadonlySet<string>): VNode {
  const rows = markup.inline_keyboard.map((row) =>
    h(
      "div",
      { class: "keys" },
      row.map((button) => buttonNode(button, [button.text], waiting)),
    ),
  );
  return h("div", { class: "keyboard", role: "group", "aria-label": "Buttons of this message" }, rows);
}

/** One button. What the page cannot do (web apps, payments, logins) is shown disabled. */
export function buttonNode(
  button: InlineKeyboardButton | RichMessageButton,
  label: readonly VNode[],
  waiting: ReadonlySet<string>,
): VNode {
  const look = `key ${button.style ?? ""}`.trimEnd();
  if ("url" in button) {
    const href = safeUrl(button.url);
    if (href) return h("a", { class: look, href, target: "_blank", rel: "noopener noreferrer" }, label, icon("out"));
  }
  if ("callback_data" in button) {
    const busy = waiting.has(button.callback_data);
    const action = { "data-action": "press", "data-value": button.callback_data };
    return h("button", { type: "button", class: look, ...action, "aria-busy": busy && "true" }, label);
  }
  if ("copy_text" in button) {
    const action = { "data-action": "copy", "data-value": button.copy_text.text };
    return h("button", { type: "button", class: look, ...action }, label, icon("copy"));
  }
  if ("switch_inline_query_current_chat" in button) {
    const action = { "data-action": "insert", "data-value": button.switch_inline_query_current_chat };
    return h("button", { type: "button", class: look, ...action }, label);
  }
  return h("button", { type: "button", class: look, disabled: true }, label);
}
