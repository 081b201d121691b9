import type { Message } from "@grammyjs/types";
import { byId } from "./by-id.ts";
import { isSameDay } from "./formats.ts";
import { create, patch } from "./patch.ts";
import { serviceText } from "./preview.ts";
import { type RowContext, rowNode } from "./row.ts";
import { Scroller } from "./scroller.ts";
import type { Store } from "./store.ts";
import { typeset } from "./typeset.ts";
import type { VElement } from "./vnode.ts";

/** So many messages are on the page at first, and so many more whenever the top comes near. */
const STEP_ROWS = 80;

/** More rows than these are dropped again once the reader is back at the end. */
const MAX_ROWS = 400;

/** Messages of one sender within this time share a group. */
const GROUP_SECONDS = 300;

interface Row {
  readonly element: HTMLElement;
  node: VElement;
  message: Message;
  context: RowContext;
}

/** The messages of the open conversation: a window over its history that grows upwards on demand. */
export class MessageList {
  readonly scroller: Scroller;
  private readonly list = byId("messages");
  private readonly store: Store;
  private readonly fileUrl: RowContext["fileUrl"];
  private rows = new Map<number, Row>();
  private key: string | undefined;
  private firstId = 0;

  constructor(store: Store, fileUrl: RowContext["fileUrl"]) {
    this.store = store;
    this.fileUrl = fileUrl;
    this.scroller = new Scroller(byId("scroller"), this.list, () => this.showEarlier());
  }

  /** Brings the rows up to date; rows whose message did not change are not touched. */
  render(): void {
    const messages = this.store.history.of(this.store.open ?? "");
    if (this.key !== this.store.open) this.restart(messages);
    if (this.scroller.isAtEnd && this.rows.size > MAX_ROWS) this.firstId = messages.at(-STEP_ROWS)?.message_id ?? 0;
    const start = messages.findIndex((message) => message.message_id >= this.firstId);
    const stream = this.store.streams.of(this.store.open);
    const shown = [...(start < 0 ? [] : messages.slice(start)), ...(stream ? [stream.message] : [])];
    const focused = this.focusedId();
    this.dropRows(new Set(shown.map((message) => message.message_id)));
    for (const [index, message] of shown.entries()) this.place(message, shown[index - 1] ?? messages[start - 1], index);
    this.restoreFocus(focused);
    this.showEmpty(messages);
    typeset(this.list);
  }

  /** Scrolls to a message and marks it for a moment; answers whether it is still there. */
  jump(messageId: number): boolean {
    const messages = this.store.history.of(this.store.open ?? "");
    const index = messages.findIndex((message) => message.message_id === messageId);
    if (index < 0) return false;
    if (messageId < this.firstId) {
      this.firstId = messages[Math.max(0, index - STEP_ROWS / 4)]?.message_id ?? 0;
      this.render();
    }
    const element = this.rows.get(messageId)?.element;
    if (element) this.scroller.show(element);
    return true;
  }

  private showEarlier(): void {
    const messages = this.store.history.of(this.store.open ?? "");
    const start = messages.findIndex((message) => message.message_id >= this.firstId);
    if (start <= 0) return;
    this.firstId = messages[Math.max(0, start - STEP_ROWS)]?.message_id ?? 0;
    this.scroller.keepPlace(() => this.render());
  }

  /** In the private chat the welcome stays until the person has written. */
  private showEmpty(messages: readonly Message[]): void {
    const open = this.store.conversation();
    byId("welcome").hidden = !open || !this.store.isNew(open);
    this.list.classList.toggle("empty", messages.length === 0 && open !== undefined && open.chat.type !== "private");
  }

  private restart(messages: readonly Message[]): void {
    this.key = this.store.open;
    this.firstId = messages.at(-STEP_ROWS)?.message_id ?? 0;
    this.rows = new Map();
    this.list.replaceChildren();
    this.scroller.toEnd();
  }

  private dropRows(kept: ReadonlySet<number>): void {
    for (const [id, row] of this.rows) {
      if (kept.has(id)) continue;
      row.element.remove();
      this.rows.delete(id);
    }
  }

  private place(message: Message, before: Message | undefined, index: number): void {
    const context = this.contextOf(message, before);
    const row = this.rows.get(message.message_id);
    if (row) {
      update(row, message, context);
      return;
    }
    const node = rowNode(message, context);
    const element = create(node);
    if (!(element instanceof HTMLElement)) return;
    this.list.insertBefore(element, this.list.children[index] ?? null);
    this.rows.set(message.message_id, { element, node, message, context });
  }

  private contextOf(message: Message, before: Message | undefined): RowContext {
    const startsDay = !before || !isSameDay(before.date, message.date);
    const followsOwn = before?.from?.id === message.from?.id && message.date - (before?.date ?? 0) < GROUP_SECONDS;
    const stream = this.store.streams.of(this.store.open);
    const isStream = stream?.message === message;
    return {
      isOwn: !isStream && this.store.isOwn(message),
      isSilent: this.store.isSilent(message),
      startsGroup: startsDay || !followsOwn || serviceText(before ?? {}) !== undefined,
      startsDay,
      waiting: this.store.presses.of(message.chat.id, message.message_id),
      stream: isStream ? stream : undefined,
      fileUrl: this.fileUrl,
    };
  }

  private focusedId(): number | undefined {
    const row = document.activeElement?.closest<HTMLElement>("[data-message]");
    return row ? Number(row.dataset["message"]) : undefined;
  }

  /** A button that vanished under the keyboard's focus leaves it to its message, or to the list. */
  private restoreFocus(id: number | undefined): void {
    if (id === undefined || document.activeElement !== document.body) return;
    const bubble = this.rows.get(id)?.element.querySelector<HTMLElement>("article");
    (bubble ?? byId("scroller")).focus({ preventScroll: true });
  }
}

function update(row: Row, message: Message, context: RowContext): void {
  const isSame = (Object.keys(context) as (keyof RowContext)[]).every((name) => row.context[name] === context[name]);
  if (row.message === message && isSame) return;
  const node = rowNode(message, context);
  patch(row.element, row.node, node);
  Object.assign(row, { node, message, context });
}
