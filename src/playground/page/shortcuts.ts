import { act, copy, messageAt, type Parts } from "./actions.ts";
import { byId } from "./by-id.ts";
import { plainText } from "./preview.ts";

/** Wires the keys that work outside the input: chats, messages, and presses on what is not a button. */
export function startShortcuts(parts: Parts): void {
  document.addEventListener("keydown", (event) => {
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      switchChat(parts, event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Escape") {
      parts.composer.replyTo(undefined);
    } else if (event.target instanceof HTMLElement && event.target.matches("[role=button]") && isPress(event)) {
      event.preventDefault();
      act(parts, event.target);
    }
  });
  byId("scroller").addEventListener("keydown", (event) => onListKey(parts, event));
}

const isPress = (event: KeyboardEvent): boolean => event.key === "Enter" || event.key === " ";

function switchChat({ store }: Parts, step: -1 | 1): void {
  const { conversations } = store;
  const at = conversations.findIndex((conversation) => conversation.key === store.open);
  const next = conversations[(at + step + conversations.length) % conversations.length];
  if (next) location.hash = next.key;
}

/** In the list of messages, arrows move from bubble to bubble; letters act on the one in focus. */
function onListKey(parts: Parts, event: KeyboardEvent): void {
  if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLElement)) return;
  const bubble = event.target.closest<HTMLElement>("article");
  const message = bubble ? messageAt(parts.store, bubble) : undefined;
  switch (event.key) {
    case "ArrowUp":
    case "ArrowDown":
      event.preventDefault();
      moveFocus(bubble, event.key === "ArrowUp" ? -1 : 1);
      return;
    case "r":
    case "R":
      if (message) parts.composer.replyTo(message);
      break;
    case "e":
    case "E":
      if (message?.text !== undefined && parts.store.isOwn(message)) parts.composer.edit(message);
      break;
    case "c":
    case "C":
      if (message) copy(plainText(message));
      break;
    default:
      return;
  }
  event.preventDefault();
}

function moveFocus(bubble: HTMLElement | null, step: -1 | 1): void {
  const bubbles = [...byId("messages").querySelectorAll<HTMLElement>("article")];
  const next = bubble ? bubbles[bubbles.indexOf(bubble) + step] : bubbles.at(-1);
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
