import type { Message } from "@grammyjs/types";
import type { Api } from "./api.ts";
import { byId } from "./by-id.ts";
import { CommandMenu } from "./command-menu.ts";
import { DeliveryError, deliver } from "./deliver.ts";
import { type Draft, Drafts } from "./drafts.ts";
import { Mount } from "./mount.ts";
import type { Store } from "./store.ts";
import { showToast } from "./toasts.ts";
import { trayNode } from "./tray.ts";

/** The person's draft: text, files and the message that it answers; one for each conversation. */
export class Composer {
  private readonly input = byId("input", HTMLTextAreaElement);
  private readonly tray = new Mount(byId("tray"));
  private readonly drafts = new Drafts(sessionStorage);
  private readonly menu: CommandMenu;
  private readonly store: Store;
  private readonly api: Api;
  private readonly onSent: (message: Message) => void;
  private shownKey: string | undefined;

  constructor(store: Store, api: Api, onSent: (message: Message) => void) {
    this.store = store;
    this.api = api;
    this.onSent = onSent;
    this.menu = new CommandMenu(this.input, () => store.openCommands());
    this.input.addEventListener("input", () => this.changed());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  /** Shows the draft of the open conversation. */
  render(): void {
    const key = this.store.open;
    if (key === undefined || key === this.shownKey) return;
    this.shownKey = key;
    this.show(this.drafts.get(key));
  }

  focus(): void {
    this.input.focus({ preventScroll: true });
  }

  replyTo(message: Message | undefined): void {
    const isEditing = this.draft()?.editing !== undefined;
    this.change({ replyTo: message, ...(isEditing && { editing: undefined, text: "" }) });
    this.focus();
  }

  /** A message is gone: nothing is a reply to it any more. */
  forget(chatId: number, messageId: number): void {
    const target = this.draft()?.replyTo;
    if (target?.chat.id === chatId && target.message_id === messageId) this.change({ replyTo: undefined });
  }

  /** Edits a message of the person. */
  edit(message: Message): void {
    this.change({ editing: message, replyTo: undefined, text: message.text ?? "" });
    this.focus();
  }

  get isEmpty(): boolean {
    const draft = this.draft();
    return !draft || (draft.text === "" && draft.files.length === 0 && draft.replyTo === undefined);
  }

  addFiles(files: Iterable<File>): void {
    this.change({ files: [...(this.draft()?.files ?? []), ...files] });
    this.focus();
  }

  removeFile(index: number): void {
    this.change({ files: this.draft()?.files.filter((_, at) => at !== index) ?? [] });
    this.focus();
  }

  insert(text: string): void {
    this.change({ text });
    this.focus();
  }

  /** Sends a text as it is; a half-typed command that it completes goes with the message that is answered. */
  sendCommand(text: string): void {
    const completes = this.shownKey !== undefined && this.input.value.startsWith("/");
    const replyTo = completes ? this.draft()?.replyTo : undefined;
    if (completes) this.change({ text: "", replyTo: undefined });
    this.deliver({ text, replyTo, files: [] });
  }

  private draft(): Draft | undefined {
    return this.shownKey === undefined ? undefined : this.drafts.get(this.shownKey);
  }

  private change(change: Partial<Draft>): void {
    if (this.shownKey !== undefined) this.show(this.drafts.change(this.shownKey, change));
  }

  private changed(): void {
    if (this.shownKey !== undefined) this.drafts.change(this.shownKey, { text: this.input.value });
    this.fit();
    this.menu.update();
  }

  private show(draft: Draft): void {
    this.input.value = draft.text;
    this.tray.show(trayNode(draft));
    this.fit();
    this.menu.update();
  }

  private fit(): void {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
    const draft = this.draft();
    byId("send", HTMLButtonElement).disabled = !draft || (draft.text.trim() === "" && draft.files.length === 0);
  }

  private send(): void {
    const draft = this.draft();
    if (this.shownKey === undefined || !draft || (draft.text.trim() === "" && draft.files.length === 0)) return;
    this.deliver(this.drafts.take(this.shownKey));
    this.show(this.drafts.get(this.shownKey));
    this.focus();
  }

  private deliver(draft: Draft): void {
    const conversation = this.store.conversation(this.shownKey);
    if (!conversation) return;
    if (draft.editing) {
      this.replace(draft.editing, draft);
      return;
    }
    deliver(this.api, conversation, draft, this.onSent).catch((error: unknown) => {
      showToast(error instanceof Error ? error.message : String(error));
      if (!(error instanceof DeliveryError)) return;
      this.drafts.change(conversation.key, this.joined(error.left, this.drafts.get(conversation.key)));
      if (conversation.key === this.shownKey) this.show(this.drafts.get(conversation.key));
    });
  }

  private replace(message: Message, { text }: Draft): void {
    const edit = { chat_id: message.chat.id, message_id: message.message_id, text: text.trim() };
    this.api.edit(edit).catch((error: unknown) => showToast(error instanceof Error ? error.message : String(error)));
  }

  /** A failed message comes back, before the text that was written since. */
  private joined(left: Draft, written: Draft): Draft {
    const text = [left.text, written.text].filter((each) => each !== "").join("\n");
    return { text, replyTo: left.replyTo ?? written.replyTo, files: [...left.files, ...written.files] };
  }

  private onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const chosen = this.menu.onKey(event);
    if (chosen) {
      event.preventDefault();
      if (chosen.send !== undefined) this.sendCommand(chosen.send);
      if (chosen.insert !== undefined) this.insert(chosen.insert);
    } else if (event.key === "ArrowUp" && this.isEmpty && !event.ctrlKey && !event.altKey) {
      this.editLast(event);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.ctrlKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      this.moveReply(event.key === "ArrowUp" ? -1 : 1);
    }
  }

  private editLast(event: KeyboardEvent): void {
    const own = this.store.history.of(this.shownKey ?? "").findLast((message) => this.store.isOwn(message));
    if (own?.text === undefined) return;
    event.preventDefault();
    this.edit(own);
  }

  /** Chooses the message before or after the one that is answered now, from the newest on. */
  private moveReply(step: -1 | 1): void {
    const messages = this.store.history.of(this.shownKey ?? "");
    const current = this.draft()?.replyTo?.message_id;
    const at = current === undefined ? messages.length : messages.findIndex((each) => each.message_id === current);
    const next = messages[Math.max(0, at + step)];
    if (current !== undefined || step < 0) this.replyTo(next);
  }
}
