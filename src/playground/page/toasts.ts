import { byId } from "./by-id.ts";
import { create } from "./patch.ts";
import { h } from "./vnode.ts";

const TOAST_MS = 5000;

/** More toasts than these push the oldest out. */
const MAX_TOASTS = 3;

/** Shows a short note that goes by itself; with `openKey`, pressing it opens that conversation. */
export function showToast(text: string, openKey?: string): void {
  const holder = byId("toasts");
  const action = openKey === undefined ? {} : { "data-action": "open", "data-value": openKey };
  const toast = create(h(openKey === undefined ? "div" : "button", { class: "toast", ...action }, text));
  holder.append(toast);
  while (holder.childElementCount > MAX_TOASTS) holder.firstElementChild?.remove();
  setTimeout(() => toast.parentNode?.removeChild(toast), TOAST_MS);
}

/** Shows a note that stays until it is dismissed. */
export function showAlert(text: string): void {
  const dialog = byId("alert", HTMLDialogElement);
  byId("alert-text").textContent = text;
  if (!dialog.open) dialog.showModal();
}

/** Says a text to screen readers only. */
export function announce(text: string): void {
  byId("announcer").textContent = text;
}
