import type { Message } from "@grammyjs/types";
import type { PAGE_KEY_HEADER, PageEdit, PagePress, PageSend, PageStop } from "../protocol.ts";
import type { Outbox, Place } from "./deliver.ts";

const KEY_HEADER: typeof PAGE_KEY_HEADER = "x-page-key";

/** The page's requests to the emulator. Each rejects with a sentence for the person when it fails. */
export class Api implements Outbox {
  private readonly key: string;

  constructor(key: string) {
    this.key = key;
  }

  async send(place: Place, text: string): Promise<Message> {
    const message: { [K in keyof PageSend]: PageSend[K] | undefined } = {
      chat_id: place.chatId,
      message_thread_id: place.topicId,
      reply_to_message_id: place.replyTo,
      text,
    };
    return (await this.post<{ message: Message }>("/page/send", JSON.stringify(message))).message;
  }

  /** Answers the id under which the bot's answer to the press will come. */
  async press(press: PagePress): Promise<string> {
    return (await this.post<{ press_id: string }>("/page/press", JSON.stringify(press))).press_id;
  }

  async upload({ chatId, topicId, replyTo, album }: Place, file: File, caption: string): Promise<Message> {
    const query = new URLSearchParams({ chat_id: `${chatId}`, name: file.name });
    if (topicId !== undefined) query.set("message_thread_id", `${topicId}`);
    if (replyTo !== undefined) query.set("reply_to_message_id", `${replyTo}`);
    if (album !== undefined) query.set("media_group_id", album);
    if (caption !== "") query.set("caption", caption);
    return (await this.post<{ message: Message }>(`/page/upload?${query}`, file)).message;
  }

  readonly fileUrl = (fileId: string): string =>
    `/page/file/${encodeURIComponent(fileId)}?${new URLSearchParams({ key: this.key })}`;

  eventsUrl(): string {
    return `/page/events?${new URLSearchParams({ key: this.key })}`;
  }

  /** Gives a message of the person a new text. */
  async edit(edit: PageEdit): Promise<void> {
    await this.post("/page/edit", JSON.stringify(edit));
  }

  async stop(stop: PageStop): Promise<void> {
    await this.post("/page/stop", JSON.stringify(stop));
  }

  get hasKey(): boolean {
    return this.key !== "";
  }

  /** Whether the playground runs but knows this page's key no more, as after a restart. */
  async isLockedOut(): Promise<boolean> {
    const response = await fetch(this.fileUrl("-")).catch(() => undefined);
    return response?.status === 403;
  }

  private async post<T>(path: string, body: string | File): Promise<T> {
    const type = typeof body === "string" ? "application/json" : body.type || "application/octet-stream";
    let response: Response;
    try {
      response = await fetch(path, { method: "POST", headers: { [KEY_HEADER]: this.key, "content-type": type }, body });
    } catch (cause) {
      throw new Error("The playground does not answer. Is it still running?", { cause });
    }
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    return answer;
  }
}
