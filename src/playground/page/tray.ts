import type { Draft } from "./drafts.ts";
import { byteSize } from "./formats.ts";
import { preview } from "./preview.ts";
import { h, icon, type VElement } from "./vnode.ts";

/** The area above the input: the message to answer, and the files to send. */
export function trayNode({ replyTo, editing, files }: Draft): VElement {
  const target = editing ?? replyTo;
  const what = editing ? "Edit message" : `Reply to ${replyTo?.from?.first_name ?? "message"}`;
  const label = editing ? "Cancel editing" : "Cancel reply";
  const cancel = { type: "button", class: "tool", "data-action": "cancel-reply", "aria-label": label };
  const reply = target && [
    icon(editing ? "edit" : "reply"),
    h("span", { class: "tray-words" }, h("strong", {}, what), h("span", {}, preview(target))),
    h("button", { ...cancel, title: `${label} (Esc)` }, icon("close")),
  ];
  const chips = files.map((file, index) => {
    const remove = { type: "button", class: "tool", "data-action": "remove-file", "data-value": index };
    return h(
      "li",
      { class: "chip" },
      icon("file"),
      h("span", {}, file.name),
      h("span", { class: "size" }, byteSize(file.size)),
      h("button", { ...remove, "aria-label": `Remove ${file.name}` }, icon("close")),
    );
  });
  return h(
    "div",
    {},
    h("div", { class: "tray-reply", hidden: !reply }, reply),
    h("ul", { class: "tray-files", hidden: chips.length === 0, "aria-label": "Files to send" }, chips),
  );
}
