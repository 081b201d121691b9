import type { BinaryFile, TextFile } from "../chat/document.ts";
import { type SendOptions, type Target, TooRich } from "../chat/transport.ts";
import { Refused, toUpload } from "./api.ts";
import type { Content, RichContent } from "./content.ts";
import { hasDisabled, toKeyboard, withoutDisabled } from "./keyboard.ts";
import type { Outbox } from "./outbox.ts";
import { PRIORITY } from "./outbox-op.ts";
import { type Extra, leaveOut } from "./refusals.ts";

/** Our messages as calls to Telegram, with the ways round what Telegram refuses. */
export class Post {
  readonly #outbox: Outbox;
  /** False once the server has refused a disabled button: it is older than Bot API 10.3. */
  #canDisable = true;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /**
   * Sends a message and gives its id. What Telegram refuses goes without what it was refused for: see `refusals.ts`.
   *
   * @throws TooRich for rich content that is refused for what it is; Refused; Unreachable if the message may have
   *   arrived.
   */
  async send(target: Target, content: Content, options: SendOptions): Promise<string> {
    if (content.kind === "classic") {
      const { text, entities } = content;
      const links = { link_preview_options: { is_disabled: true } };
      return this.#insist(target, { has: entities.length > 0 ? ["entities"] : [], options }, (common, has) =>
        this.#outbox.push({
          ...{ method: "sendMessage", ...urgency(options) },
          payload: { ...common, ...links, text, ...(has.has("entities") && { entities }) },
        }),
      );
    }
    const rich_message = toRichMessage(content);
    // A server without rich messages says 404, one that takes no such content 400.
    return this.#insist(target, { has: [], options }, (common) =>
      this.#outbox.push({ method: "sendRichMessage", ...urgency(options), payload: { ...common, rich_message } }),
    ).catch((error: unknown) => {
      throw error instanceof Refused && error.code !== 403 ? new TooRich(error.reason, { cause: error }) : error;
    });
  }

  /** Sends a file and gives its message's id, in the same way: a photo that is refused goes as a document. */
  async sendFile(target: Target, file: TextFile | BinaryFile, options: SendOptions): Promise<string> {
    const upload = () => toUpload(file);
    return this.#insist(target, { has: isPhoto(file) ? ["photo"] : [], options }, (common, has) =>
      has.has("photo")
        ? this.#outbox.push({ method: "sendPhoto", ...urgency(options), payload: { ...common, photo: upload() } })
        : this.#outbox.push({
            method: "sendDocument",
            ...urgency(options),
            payload: { ...common, document: upload() },
          }),
    );
  }

  async #insist(
    target: Target,
    { has: own, options }: { readonly has: readonly Extra[]; readonly options: SendOptions },
    send: (common: ReturnType<typeof toCommon>, has: ReadonlySet<Extra>) => Promise<{ message_id: number }>,
  ): Promise<string> {
    const { topicId, replyTo } = target;
    const has = new Set<Extra>([
      ...own,
      ...(topicId === null ? [] : ["topic" as const]),
      ...(replyTo === null ? [] : ["reply" as const]),
      ...(options.wantsReply ? ["forceReply" as const] : []),
    ]);
    for (;;) {
      const place = {
        ...target,
        topicId: has.has("topic") ? topicId : null,
        replyTo: has.has("reply") ? replyTo : null,
      };
      try {
        return String((await send(toCommon(place, { ...options, wantsReply: has.has("forceReply") }), has)).message_id);
      } catch (error) {
        for (const extra of whatToLeaveOut(error, has)) has.delete(extra);
      }
    }
  }

  /**
   * Turns a message into another; entities that are refused are left out. False when there is nothing to edit (any
   * more). Repeated over network faults, since an edit cannot double anything.
   */
  async edit(chatId: string, messageId: string, content: Content, options: SendOptions): Promise<boolean> {
    const { buttons } = options;
    const push = (body: object) =>
      this.#outbox.push({
        method: "editMessageText",
        ...urgency(options),
        ...(options.key !== undefined && { priority: PRIORITY.edit }),
        doubt: "repeat",
        payload: {
          chat_id: Number(chatId),
          message_id: Number(messageId),
          ...body,
          ...(buttons && { reply_markup: toKeyboard(this.#canDisable ? buttons : withoutDisabled(buttons)) }),
        },
      });
    const links = { link_preview_options: { is_disabled: true } };
    try {
      if (content.kind === "rich") await push({ rich_message: toRichMessage(content) });
      else await push({ ...links, text: content.text, entities: content.entities });
      return true;
    } catch (error) {
      if (!(error instanceof Refused) || error.code === 403) throw error;
      if (/not modified/i.test(error.reason)) return true;
      if (this.#canDisable && buttons && hasDisabled(buttons) && /button|keyboard|markup/i.test(error.reason)) {
        this.#canDisable = false;
        return this.edit(chatId, messageId, content, options);
      }
      if (/not found|can't be edited/i.test(error.reason) || content.kind === "rich") return false;
    }
    return push({ ...links, text: content.text }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Refused) return false;
        throw error;
      },
    );
  }

  /** True when the message is gone, whoever removed it. */
  async remove(chatId: string, messageId: string): Promise<boolean> {
    const payload = { chat_id: Number(chatId), message_id: Number(messageId) };
    try {
      await this.#outbox.push({ method: "deleteMessage", priority: PRIORITY.delete, doubt: "repeat", payload });
      return true;
    } catch (error) {
      if (error instanceof Refused) return /not found/i.test(error.reason);
      throw error;
    }
  }

  /** "typing ..." for a few seconds; nobody misses it when it does not come. */
  showTyping({ chatId, topicId }: Target): void {
    const thread = topicId === null ? {} : { message_thread_id: Number(topicId) };
    const payload = { chat_id: Number(chatId), action: "typing" as const, ...thread };
    this.#outbox.push({ method: "sendChatAction", priority: PRIORITY.typing, doubt: "fail", payload }).catch(() => {});
  }
}

/** @throws the error if leaving something out would not help. */
function whatToLeaveOut(error: unknown, has: ReadonlySet<Extra>): readonly Extra[] {
  const without = error instanceof Refused ? leaveOut(error, has) : undefined;
  if (!without) throw error;
  return without;
}

function urgency({ key, urgency = "answer" }: SendOptions) {
  if (key === undefined) return { priority: PRIORITY[urgency], doubt: "fail" } as const;
  return { priority: PRIORITY.press, doubt: "fail", key } as const;
}

function toCommon({ chatId, topicId, replyTo }: Target, { buttons, isSilent, wantsReply }: SendOptions) {
  return {
    chat_id: Number(chatId),
    ...(topicId === null ? {} : { message_thread_id: Number(topicId) }),
    ...(replyTo === null
      ? {}
      : { reply_parameters: { message_id: Number(replyTo), allow_sending_without_reply: true } }),
    ...(buttons && { reply_markup: toKeyboard(buttons, wantsReply && !isGroup(chatId)) }),
    ...(isSilent ? { disable_notification: true } : {}),
  };
}

/** Where a reply would open for everybody. */
const isGroup = (chatId: string): boolean => chatId.startsWith("-");

/** Links are in the blocks; what Telegram would find besides are names of files and what only looks like an address. */
const toRichMessage = ({ blocks }: RichContent) => ({ blocks, skip_entity_detection: true });

/** Larger pictures are no photos for Telegram. */
const MAX_PHOTO_BYTES = 10 * 1024 * 1024;

const isPhoto = (file: TextFile | BinaryFile): boolean =>
  "mime" in file && ["image/png", "image/jpeg"].includes(file.mime) && file.size <= MAX_PHOTO_BYTES;
