import { randomBytes, randomUUID } from "node:crypto";
import type { BotCommand, Message, MessageEntity, RichMessage, User, UserFromGetMe } from "@grammyjs/types";
import { ApiError, badRequest } from "../bot-api/api-error.ts";
import { Calls } from "./calls.ts";
import { Changes } from "./changes.ts";
import type { ChatRoom } from "./chats.ts";
import { Files } from "./files.ts";
import { FloodGate, type FloodLimits } from "./flood.ts";
import { UpdateQueue } from "./update-queue.ts";

/** The bot's answer to a press. */
export interface PressAnswer {
  readonly text?: string;
  readonly show_alert?: boolean;
}

/**
 * The server's handling of rich messages. False: a server from before them, which knows none of their methods;
 * "refused": an older self-hosted one, which finds every rich message empty.
 */
export type RichMessages = boolean | "refused";

/** A draft that the bot is streaming; gone once a message comes. */
export interface Draft {
  readonly text?: string;
  readonly entities?: readonly MessageEntity[];
  readonly rich_message?: RichMessage;
  readonly canStop: boolean;
}

export const PERSON: User = {
  id: 700_100_100,
  is_bot: false,
  first_name: "Robin",
  username: "robin",
  language_code: "en",
};
export const GROUP_ID = -1_002_000_000_001;

/** Everything that the emulator knows. */
export class World {
  readonly id = randomUUID();
  readonly token: string;
  bot: UserFromGetMe;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly rooms = new Map<number, ChatRoom>();
  readonly files = new Files();
  readonly changes = new Changes();
  readonly calls = new Calls();
  readonly updates: UpdateQueue;
  readonly flood: FloodGate;
  /** By scope: "default", "chat:ID" and so on. */
  readonly commands = new Map<string, readonly BotCommand[]>();
  /** Presses that the bot may answer; undefined until it has. */
  readonly presses = new Map<string, PressAnswer | undefined>();
  /** By `chat:draft`. */
  readonly drafts = new Map<string, Draft>();
  richMessages: RichMessages = true;
  /** "" while none is set. */
  webhook = "";

  constructor(options: { token?: string; limits: FloodLimits | undefined; now: () => number }) {
    const botId = 7_000_000_001;
    this.token = options.token ?? `${botId}:${randomBytes(26).toString("base64url").slice(0, 35)}`;
    this.now = options.now;
    this.bot = createBot(Number(this.token.split(":")[0]) || botId);
    this.updates = new UpdateQueue(100_000_001);
    this.flood = new FloodGate(options.limits, options.now);
  }

  /** Whole seconds, as messages carry them. */
  date(): number {
    return Math.floor(this.now() / 1000);
  }

  /** The room that a call writes to. @throws ApiError 400 if there is none or it migrated, 403 where the bot is shut out. */
  openRoom(chatId: string): ChatRoom {
    if (chatId === "") throw badRequest("chat_id is empty");
    const room = this.rooms.get(Number(chatId));
    if (room === undefined) throw badRequest("chat not found");
    if (room.migratedTo !== undefined) {
      const text = "Bad Request: group chat was upgraded to a supergroup chat";
      throw new ApiError(400, text, { migrate_to_chat_id: room.migratedTo });
    }
    if (room.refusal !== undefined) throw new ApiError(403, `Forbidden: ${room.refusal}`);
    return room;
  }

  /** Adds the bot's message to a room and tells it. */
  post(room: ChatRoom, message: Omit<Message, "message_id" | "chat" | "date">, silent: boolean): Message {
    const added = room.add({ date: this.date(), from: toUser(this.bot), ...message });
    for (const key of this.drafts.keys()) if (key.startsWith(`${room.id}:`)) this.drafts.delete(key);
    this.changes.emit({ type: "message", message: added, silent });
    return added;
  }
}

function createBot(id: number): UserFromGetMe {
  return {
    id,
    is_bot: true,
    first_name: "Takopi",
    username: "takopi_playground_bot",
    can_join_groups: true,
    can_read_all_group_messages: true,
    can_manage_bots: false,
    supports_inline_queries: false,
    supports_guest_queries: false,
    supports_join_request_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
  };
}

function toUser({ id, is_bot, first_name, username }: UserFromGetMe): User {
  return { id, is_bot, first_name, username };
}
