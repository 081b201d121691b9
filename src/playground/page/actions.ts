import type { Message } from "@grammyjs/types";
import type { Api } from "./api.ts";
import type { Composer } from "./composer.ts";
import type { MessageList } from "./message-list.ts";
import { plainText } from "./preview.ts";
import type { Store } from "./store.ts";
import { showToast } from "./toasts.ts";

/** The parts of the page that a press can reach. */
export interface Parts {
  readonly store: Store;
  readonly api: Api;
  readonly list: MessageList;
  readonly composer: Composer;
  /** Shows a change of the store. */
  readonly refresh: () => void;
}

type Action = (parts: Parts, value: string, element: HTMLElement) => void;

/** The action of a pressed element, by its `data-action`; `data-value` is its value. */
const ACTIONS: Readonly<Record<string, Action>> = {
  open: (_, value) => {
    location.hash = value;
  },
  press: pressButton,
  copy: (_, value) => copy(value),
  "copy-block": (_parts, _value, element) => copy(element.closest(".pre")?.querySelector("pre")?.textContent ?? ""),
  "copy-message": (parts, _, element) => copy(plainText(messageAt(parts.store, element) ?? {})),
  reply: ({ store, composer }, _, element) => composer.replyTo(messageAt(store, element)),
  jump: ({ list }, value) => {
    if (!list.jump(Number(value))) showToast("That message is not here any more.");
  },
  reveal: (_parts, _value, element) => {
    element.classList.add("revealed");
    for (const name of ["role", "tabindex", "aria-label", "data-action"]) element.removeAttribute(name);
  },
  unfold: (_parts, _value, element) => {
    const isFolded = element.parentElement?.classList.toggle("folded") ?? false;
    element.setAttribute("aria-expanded", String(!isFolded));
  },
  command: ({ composer }, value) => composer.sendCommand(value),
  anchor: (_, value, element) => {
    const article = element.closest("article");
    const anchors = [...(article?.querySelectorAll<HTMLElement>("[data-anchor]") ?? [])];
    (anchors.find((anchor) => anchor.dataset["anchor"] === value) ?? article)?.scrollIntoView({ block: "start" });
  },
  insert: ({ store, composer }, value) => composer.insert(`@${store.bot.username} ${value}`),
  "remove-file": ({ composer }, value) => composer.removeFile(Number(value)),
  edit: ({ store, composer }, _, element) => {
    const message = messageAt(store, element);
    if (message) composer.edit(message);
  },
  prompt: ({ composer }, value) => composer.sendCommand(value),
  "stop-draft": ({ store, api }, value) => {
    const chat = store.conversation()?.chat;
    if (chat) api.stop({ chat_id: chat.id, draft_id: Number(value) }).catch(showFailure);
  },
  "cancel-reply": ({ composer }) => composer.replyTo(undefined),
};

/** Runs the action of the element that was pressed, if it or one around it has one. */
export function act(parts: Parts, target: EventTarget | null): void {
  const element = target instanceof Element ? target.closest<HTMLElement>("[data-action]") : null;
  if (!element || element.getAttribute("aria-busy") === "true") return;
  ACTIONS[element.dataset["action"] ?? ""]?.(parts, element.dataset["value"] ?? "", element);
}

/** The message in whose row an element lies. */
export function messageAt(store: Store, element: Element): Message | undefined {
  const id = Number(element.closest<HTMLElement>("[data-message]")?.dataset["message"]);
  const chat = store.conversation()?.chat;
  return chat && store.history.find(chat.id, id);
}

function pressButton({ store, api, refresh }: Parts, data: string, element: HTMLElement): void {
  const message = messageAt(store, element);
  if (!message) return;
  const press = { chatId: message.chat.id, messageId: message.message_id, data };
  const named = api.press({ chat_id: press.chatId, message_id: press.messageId, data });
  store.presses.begin(press, named).catch(showFailure).finally(refresh);
  refresh();
}

function showFailure(error: unknown): void {
  showToast(error instanceof Error ? error.message : String(error));
}

/** Copies a text and says so. */
export function copy(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => showToast("Copied"),
    () => showToast("The browser did not allow copying."),
  );
}
