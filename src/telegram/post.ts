import type { BinaryFile, TextFile } from "../chat/document.ts";
import { type SendOptions, type Target, TooRich } from "../chat/transport.ts";
import type { Moves } from "../store/moves.ts";
import { Refused, toUpload } from "./api.ts";
import type { Content, RichContent } from "./content.ts";
import { hasDisabled, toKeyboard, withoutDisabled } from "./keyboard.ts";
import type { Outbox } from "./outbox.ts";
import { PRIORITY, TYPING } from "./outbox-op.ts";
import { type Call, type Extra, knowsNoRich, type Next, nextAfter } from "./refusals.ts";

/** Where the chats are now, and who is told if Telegram says that one has moved. */
export interface Addresses {
  readonly moves: Pick<Moves, "current">;
  readonly onMoved: (from: string, to: string) => void;
}

/** Our messages as calls to Telegram, with the ways round what Telegram refuses: see `refusals.ts`. */
export class Post {
  readonly #outbox: Outbox;
  readonly #addresses: Addresses;
  #knowsRich = true;
  /** False once the server has refused a disabled button. */
  #canDisable = true;

  constructor(outbox: Outbox, addresses: Addresses) {
    this.#outbox = outbox;
    this.#addresses = addresses;
  }

  /** False once the server has shown that it takes no rich messages. */
  get knowsRich(): boolean {
    return this.#knowsRich;
  }

  /**
   * Sends a message and gives its id. What Telegram refuses goes without what it was refused for, and follows a group
   * that has become a supergroup.
   *
   * @throws TooRich for rich content that is refused for what it is; Refused; Unreachable if the message may have
   *   arrived.
   */
  async send(target: Target, content: Content, options: SendOptions): Promise<string> {
    if (content.kind === "classic") {
      const { text, entities } = content;
      return this.#insist("send", target, { has: entities.length > 0 ? ["entities"] : [], options }, (common, has) =>
        this.#outbox.push({
          ...{ method: "sendMessage", ...urgency(options) },
          payload: { ...common, ...NO_PREVIEW, text, ...(has.has("entities") && { entities }) },
        }),
      );
    }
    const rich_message = toRichMessage(content);
    return this.#insist("rich", target, { has: [], options }, (common) =>
      this.#outbox.push({ method: "sendRichMessage", ...urgency(options), payload: { ...common, rich_message } }),
    );
  }

  /** Sends a file and gives its message's id, in the same way: a photo that is refused goes as a document. */
  async sendFile(target: Target, file: TextFile | BinaryFile, options: SendOptions): Promise<string> {
    const upload = () => toUpload(file);
    return this.#insist("send", target, { has: isPhoto(file) ? ["photo"] : [], options }, (common, has) =>
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
    call: Call,
    target: Target,
    { has: own, options }: { readonly has: readonly Extra[]; readonly options: SendOptions },
    send: (common: ReturnType<typeof toCommon>, has: ReadonlySet<Extra>) => Promise<{ message_id: number }>,
  ): Promise<string> {
    const has = new Set<Extra>(own);
    if (target.topicId !== null) has.add("topic");
    if (target.replyTo !== null) has.add("reply");
    if (options.wantsReply) has.add("forceReply");
    for (let place = target; ; ) {
      place = this.#place(place, has);
      try {
        const common = toCommon(place, { ...options, wantsReply: has.has("forceReply") });
        return String((await send(common, has)).message_id);
      } catch (error) {
        if (this.#hasMoved(place.chatId, error)) continue;
        for (const extra of this.#leaveOut(call, error, has)) has.delete(extra);
      }
    }
  }

  /** Where a message goes with what it has. Ids of messages and topics mean nothing in the chat that a group became. */
  #place({ chatId, topicId, replyTo }: Target, has: Set<Extra>): Target {
    const now = this.#addresses.moves.current(chatId);
    if (now !== chatId) for (const extra of ["topic", "reply"] as const) has.delete(extra);
    return { chatId: now, topicId: has.has("topic") ? topicId : null, replyTo: has.has("reply") ? replyTo : null };
  }

  /**
   * Turns a message into another; entities that are refused are left out. False if there is nothing to edit (any
   * more). Repeated over network faults, since an edit cannot double anything.
   */
  async edit(chatId: string, messageId: string, content: Content, options: SendOptions): Promise<boolean> {
    if (this.#addresses.moves.current(chatId) !== chatId) return false;
    const { buttons } = options;
    const has = new Set<Extra>(content.kind === "classic" && content.entities.length > 0 ? ["entities"] : []);
    if (this.#canDisable && buttons && hasDisabled(buttons)) has.add("disabled");
    for (;;) {
      const next = await this.#tryToEdit({ chatId, messageId, content, options }, has);
      if (typeof next === "string") return next === "done";
      if (next.includes("disabled")) this.#canDisable = false;
      for (const extra of next) has.delete(extra);
    }
  }

  async #tryToEdit({ chatId, messageId, content, options }: Edit, has: ReadonlySet<Extra>): Promise<Next> {
    const { buttons, key } = options;
    const keyboard = buttons && toKeyboard(has.has("disabled") ? buttons : withoutDisabled(buttons));
    try {
      await this.#outbox.push({
        method: "editMessageText",
        ...urgency(options),
        ...(key !== undefined && { priority: PRIORITY.edit }),
        doubt: "repeat",
        payload: {
          chat_id: Number(chatId),
          message_id: Number(messageId),
          ...toBody(content, has),
          ...(keyboard && { reply_markup: keyboard }),
        },
      });
      return "done";
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (this.#hasMoved(chatId, error)) return "gone";
      const next = nextAfter("edit", error, has);
      if (next === "nothing") throw error;
      return next;
    }
  }

  /** True if the message is gone, whoever removed it. */
  async remove(chatId: string, messageId: string): Promise<boolean> {
    // Nobody can reach the messages of a group that has become a supergroup.
    if (this.#addresses.moves.current(chatId) !== chatId) return true;
    const payload = { chat_id: Number(chatId), message_id: Number(messageId) };
    try {
      await this.#outbox.push({ method: "deleteMessage", priority: PRIORITY.delete, doubt: "repeat", payload });
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.#hasMoved(chatId, error) || nextAfter("remove", error, new Set()) === "done";
    }
  }

  /** "typing ..." for a few seconds; nobody misses it if it does not come. */
  showTyping({ chatId, topicId }: Target): void {
    const thread = topicId === null ? {} : { message_thread_id: Number(topicId) };
    const payload = { chat_id: Number(chatId), action: "typing" as const, ...thread };
    const how = { priority: PRIORITY.typing, key: TYPING, doubt: "fail" } as const;
    this.#outbox.push({ method: "sendChatAction", ...how, payload }).catch(() => {});
  }

  /** Whether a call was refused since its group is another chat now, which is known from then on. */
  #hasMoved(chatId: string, error: unknown): boolean {
    if (!(error instanceof Refused) || error.movedTo === undefined) return false;
    this.#addresses.onMoved(chatId, error.movedTo);
    return this.#addresses.moves.current(chatId) !== chatId;
  }

  /** @throws the error if leaving something out would not help; TooRich if another form would. */
  #leaveOut(call: Call, error: unknown, has: ReadonlySet<Extra>): readonly Extra[] {
    if (!(error instanceof Refused)) throw error;
    const next = nextAfter(call, error, has);
    if (typeof next !== "string") return next;
    if (next !== "classic") throw error;
    if (knowsNoRich(error)) this.#knowsRich = false;
    throw new TooRich(error.reason, { cause: error });
  }
}

interface Edit {
  readonly chatId: string;
  readonly messageId: string;
  readonly content: Content;
  readonly options: SendOptions;
}

const NO_PREVIEW = { link_preview_options: { is_disabled: true } };

function toBody(content: Content, has: ReadonlySet<Extra>) {
  if (content.kind === "rich") return { rich_message: toRichMessage(content) };
  return { ...NO_PREVIEW, text: content.text, ...(has.has("entities") && { entities: content.entities }) };
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
