import type { Message } from "@grammyjs/types";
import { act } from "./actions.ts";
import { Api } from "./api.ts";
import { startAttachments } from "./attachments.ts";
import { byId } from "./by-id.ts";
import { chatListNode } from "./chat-list.ts";
import { Composer } from "./composer.ts";
import { connect } from "./connection.ts";
import { keyOfMessage } from "./conversations.ts";
import { Header } from "./header.ts";
import { MessageList } from "./message-list.ts";
import { Mount } from "./mount.ts";
import { Notifier } from "./notifier.ts";
import { startShortcuts } from "./shortcuts.ts";
import { Store } from "./store.ts";
import { Streams } from "./streams.ts";
import { startTheme } from "./theme.ts";
import { showAlert, showToast } from "./toasts.ts";

const NARROW = matchMedia("(max-width: 719px)");

const api = new Api(new URLSearchParams(location.search).get("key") ?? "");
const store = new Store(Date.now);
const list = new MessageList(store, api.fileUrl);
const header = new Header(store);
const chats = new Mount(byId("chats"));
const composer = new Composer(store, api, showSent);
const notifier = new Notifier(store);
const parts = { store, api, list, composer, refresh };

let isDrawing = false;

/** Draws what changed, at most once a frame however many events come. */
function refresh(): void {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    draw();
  });
}

function draw(): void {
  chats.show(chatListNode(store));
  header.render();
  list.render();
  composer.render();
}

function showSent(message: Message): void {
  store.add(message, true);
  list.scroller.toEnd();
  refresh();
}

/** Opens the conversation that the address names; on a narrow screen none means the list of chats. */
function route(): void {
  const named = store.conversation(decodeURIComponent(location.hash.slice(1)));
  const next = named ?? (NARROW.matches ? undefined : (store.conversation() ?? store.conversations[0]));
  document.body.dataset["pane"] = named ? "chat" : "list";
  store.select(next?.key);
  draw();
  if (next && !NARROW.matches) composer.focus();
}

/** The welcome comes first on a phone, too: the chat that has it opens by itself once. */
function welcome(): void {
  const [first] = store.conversations;
  if (location.hash === "" && first && store.isNew(first)) history.replaceState(null, "", `#${first.key}`);
}

function showConnection(state: "open" | "lost"): void {
  const note = byId("lost");
  note.hidden = state === "open";
  if (state === "open") return;
  if (!api.hasKey) {
    note.textContent = "This address lacks its key. Open the one that the playground printed in the terminal.";
    return;
  }
  note.textContent = "Connection lost, retrying…";
  void api.isLockedOut().then((isOut) => {
    if (isOut) note.textContent = "This key is not the playground's. Open the address that it printed in the terminal.";
  });
}

function start(): void {
  startTheme();
  startShortcuts(parts);
  startAttachments((files) => composer.addFiles(files));
  store.onArrival = (message, silent) => {
    notifier.note(message, silent);
    if (keyOfMessage(message) === store.open && message.reply_markup?.force_reply && composer.isEmpty) {
      composer.replyTo(message);
    }
  };
  store.presses.onAnswer = (text, isAlert) => (isAlert ? showAlert(text) : showToast(text));
  document.addEventListener("click", (event) => act(parts, event.target));
  byId("back").addEventListener("click", () => {
    location.hash = "";
  });
  window.addEventListener("hashchange", route);
  NARROW.addEventListener("change", route);
  connect(api.eventsUrl(), {
    onState: showConnection,
    onEvent: (event) => {
      const isFirst = store.conversations.length === 0;
      store.apply(event);
      if (isFirst && NARROW.matches) welcome();
      if (event.type === "hello" && store.conversation() === undefined) route();
      if (event.type === "deleted") composer.forget(event.chat_id, event.message_id);
      if (event.type === "draft") setTimeout(refresh, Streams.LIFETIME_MS);
      if (event.type === "typing") setTimeout(refresh, Store.TYPING_MS);
      refresh();
    },
  });
}

start();
