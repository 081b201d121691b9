import type { Message } from "@grammyjs/types";
import type { Conversation } from "./conversations.ts";
import type { Draft } from "./drafts.ts";

/** Telegram's limit for the text under a file, in UTF-16 units. */
const MAX_CAPTION_UNITS = 1024;

/** Where a message of the person goes. */
export interface Place {
  readonly chatId: number;
  readonly topicId: number | undefined;
  readonly replyTo: number | undefined;
  /** Shared by files that are sent together. */
  readonly album?: string;
}

/** Takes what a person sends; each rejects with a sentence for them when it fails. */
export interface Outbox {
  send(place: Place, text: string): Promise<Message>;
  upload(place: Place, file: File, caption: string): Promise<Message>;
}

/** A draft that was not sent, or only in part: `left` is what is still to send. */
export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  readonly left: Draft;
  constructor(left: Draft, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.left = left;
  }
}

interface Step {
  readonly file?: File;
  readonly text: string;
}

/**
 * Sends a draft as Telegram's clients would: files first, the first with the text as its caption if it fits, else the
 * text after them. `onSent` is called for each message in order.
 *
 * @throws {@link DeliveryError} when a request fails.
 */
export async function deliver(
  outbox: Outbox,
  { chat, topicId }: Conversation,
  draft: Draft,
  onSent: (message: Message) => void,
): Promise<void> {
  const steps = toSteps(draft);
  const album = draft.files.length > 1 ? { album: `${Date.now()}` } : {};
  for (const [index, { file, text }] of steps.entries()) {
    const place = { chatId: chat.id, topicId, replyTo: index === 0 ? draft.replyTo?.message_id : undefined, ...album };
    try {
      onSent(file ? await outbox.upload(place, file, text) : await outbox.send(place, text));
    } catch (error) {
      throw new DeliveryError(toDraft(steps.slice(index), index === 0 ? draft.replyTo : undefined), error);
    }
  }
}

function toSteps({ files, text }: Draft): Step[] {
  const [first, ...others] = files;
  const caption = text.trim();
  if (!first || caption.length > MAX_CAPTION_UNITS) {
    return [...files.map((file) => ({ file, text: "" })), ...(caption === "" ? [] : [{ text: caption }])];
  }
  return [{ file: first, text: caption }, ...others.map((file) => ({ file, text: "" }))];
}

function toDraft(steps: readonly Step[], replyTo: Message | undefined): Draft {
  const texts = steps.map((step) => step.text).filter((text) => text !== "");
  return { text: texts.join("\n"), replyTo, files: steps.flatMap((step) => step.file ?? []) };
}
