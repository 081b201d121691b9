import type { TextFile } from "../chat/document.ts";
import { type SendOptions, type Target, TooRich } from "../chat/transport.ts";
import { Refused, textFile } from "./api.ts";
import type { Content } from "./content.ts";
import { toKeyboard } from "./keyboard.ts";
import { type Outbox, PRIORITY } from "./outbox.ts";

const TO_CHAT = { message_thread_id: undefined };
const isTopicGone = (error: unknown): boolean =>
  error instanceof Refused && error.code === 400 && /thread/i.test(error.reason);

/** Our messages as calls to Telegram, with the ways round what Telegram refuses. */
export class Post {
  readonly #outbox: Outbox;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /**
   * Sends a message and gives its id. Where Telegram refuses the entities it goes without them; where the topic is
   * gone, to the chat itself.
   *
   * @throws TooRich for rich content at its first refusal; Unreachable if the message may have arrived.
   */
  async send(target: Target, content: Content, options: SendOptions): Promise<string> {
    const common = toCommon(target, options);
    if (content.kind === "rich") {
      const payload = { ...common, rich_message: { blocks: content.blocks } };
      return this.#outbox.push({ method: "sendRichMessage", ...urgency(options), payload }).then(
        ({ message_id }) => String(message_id),
        (error: unknown) => {
          throw error instanceof Refused && error.code !== 403 ? new TooRich(error.reason, { cause: error }) : error;
        },
      );
    }
    const send = async (extra: object, to: object) => {
      const payload = { ...common, ...to, text: content.text, link_preview_options: { is_disabled: true }, ...extra };
      const message = await this.#outbox.push({ method: "sendMessage", ...urgency(options), payload });
      return String(message.message_id);
    };
    try {
      return await send({ entities: content.entities }, {});
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 400) throw error;
      return send({}, isTopicGone(error) ? TO_CHAT : {});
    }
  }

  /** Sends a file and gives its message's id; where the topic is gone, to the chat itself. */
  async sendFile(target: Target, file: TextFile, options: SendOptions): Promise<string> {
    const document = await textFile(file.text, file.name);
    const send = async (to: object) => {
      const payload = { ...toCommon(target, options), ...to, document };
      const message = await this.#outbox.push({ method: "sendDocument", ...urgency(options), payload });
      return String(message.message_id);
    };
    return send({}).catch((error: unknown) => {
      if (!(error instanceof Refused) || error.code !== 400) throw error;
      return send(isTopicGone(error) ? TO_CHAT : {});
    });
  }

  /**
   * Turns a message into another; entities that are refused are left out. False when there is nothing to edit (any
   * more). Repeated over network faults, since an edit cannot double anything.
   */
  async edit(chatId: string, messageId: string, content: Content, options: SendOptions): Promise<boolean> {
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
          ...(options.buttons && { reply_markup: toKeyboard(options.buttons) }),
        },
      });
    const links = { link_preview_options: { is_disabled: true } };
    try {
      if (content.kind === "rich") await push({ rich_message: { blocks: content.blocks } });
      else await push({ ...links, text: content.text, entities: content.entities });
      return true;
    } catch (error) {
      if (!(error instanceof Refused) || error.code === 403) throw error;
      if (/not modified/i.test(error.reason)) return true;
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

function urgency({ key, urgency = "answer" }: SendOptions) {
  if (key === undefined) return { priority: PRIORITY[urgency], doubt: "fail" } as const;
  return { priority: PRIORITY.press, doubt: "fail", key } as const;
}

function toCommon({ chatId, topicId, replyTo }: Target, { buttons, isSilent }: SendOptions) {
  return {
    chat_id: Number(chatId),
    ...(topicId === null ? {} : { message_thread_id: Number(topicId) }),
    ...(replyTo === null
      ? {}
      : { reply_parameters: { message_id: Number(replyTo), allow_sending_without_reply: true } }),
    ...(buttons && { reply_markup: toKeyboard(buttons) }),
    ...(isSilent ? { disable_notification: true } : {}),
  };
}
