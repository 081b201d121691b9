import { removeMessage } from "./bot-api/methods/change.ts";
import type { ChatRoom, Rights } from "./world/chats.ts";
import { announce, roomOf } from "./world/people.ts";
import { addGroup } from "./world/rooms.ts";
import type { RichMessages, World } from "./world/world.ts";

/**
 * The situations in which Telegram refuses what it took before. Single faults (a reset, a 429, a 502, any 400) come
 * from `Control.fail`; they strike once.
 *
 * | switch | what the bot meets |
 * |---|---|
 * | `closeTopic` | sends into the topic: 400 `TOPIC_CLOSED`; edits pass |
 * | `deleteTopic` | sends: 400 `message thread not found`; replies: 400 `message to be replied not found`; edits: 400 `message to edit not found` |
 * | `setTopics(chat, false)` | 400 `message thread not found` for every topic; old messages keep their ids |
 * | `setThreadedMode` | topics in private chats, `getMe.has_topics_enabled`; without it `createForumTopic` is a 400 `the chat is not a forum` |
 * | `migrate` | every call to the old group: 400 with `parameters.migrate_to_chat_id` |
 * | `setWebhook` | `getUpdates`: 409 until `deleteWebhook` |
 * | `setRights` | sends: 400 `not enough rights to send ... to the chat`, topics: 400 `not enough rights to ... a topic`; edits pass |
 * | `block` | every call: 403 |
 * | `setRichMessages` | false: 404; "refused": 400 `rich message must be non-empty` |
 * | `goSilent` | calls are taken and never answered |
 *
 * Without a switch: replies in supergroups and in the general topic carry `message_thread_id` but no
 * `is_topic_message`; entities past the 100th are dropped; files over 20 MB cannot be fetched.
 */
export interface Switches {
  closeTopic(chatId: number, threadId: number): void;
  reopenTopic(chatId: number, threadId: number): void;
  /** Its messages go with it; bots are not told. */
  deleteTopic(chatId: number, threadId: number): void;
  /** Switches all topics of a group off, or on again. */
  setTopics(chatId: number, isOn: boolean): void;
  setThreadedMode(isOn: boolean): void;
  /**
   * Turns a basic group into a supergroup and returns its id. Messages do not move along: their ids mean nothing
   * there. With `quietly` the service messages do not come, and only refusals tell.
   */
  migrate(chatId: number, how?: "quietly"): number;
  /** Ends a poll that waits; "" takes the webhook away. */
  setWebhook(url: string): void;
  setRights(chatId: number, rights: Partial<Rights>): void;
  /** Whether a person is an administrator of a group. */
  setAdmin(chatId: number, userId: number, isAdmin: boolean): void;
  /** Shuts the bot out of a chat. `reason` follows "Forbidden: ". */
  block(chatId: number, reason?: string): void;
  unblock(chatId: number): void;
  setRichMessages(mode: RichMessages): void;
  /** The returned function ends the silence for calls that come later. */
  goSilent(): () => void;
}

export function createSwitches(world: World): Switches {
  return {
    closeTopic: (chatId, threadId) => {
      const room = roomOf(world, chatId);
      room.closedTopics.add(threadId);
      announce(world, room, { forum_topic_closed: {} }, threadId);
    },
    reopenTopic: (chatId, threadId) => {
      const room = roomOf(world, chatId);
      room.closedTopics.delete(threadId);
      announce(world, room, { forum_topic_reopened: {} }, threadId);
    },
    deleteTopic: (chatId, threadId) => {
      const room = roomOf(world, chatId);
      room.topics.delete(threadId);
      for (const { message_id, message_thread_id } of room.messages()) {
        if (message_thread_id === threadId) removeMessage(world, room, message_id);
      }
    },
    setTopics: (chatId, isOn) => setTopics(roomOf(world, chatId), isOn),
    setThreadedMode: (isOn) => {
      world.bot = { ...world.bot, has_topics_enabled: isOn };
    },
    migrate: (chatId, how) => migrate(world, roomOf(world, chatId), how),
    setWebhook: (url) => {
      world.webhook = url;
      if (url !== "") world.updates.conflict("setWebhook request");
    },
    setRights: (chatId, rights) => {
      const room = roomOf(world, chatId);
      room.rights = { ...room.rights, ...rights };
    },
    setAdmin: (chatId, userId, isAdmin) => {
      const { admins } = roomOf(world, chatId);
      if (isAdmin) admins.add(userId);
      else admins.delete(userId);
    },
    block: (chatId, reason) => {
      const room = roomOf(world, chatId);
      const kicked =
        room.chat.type === "group" ? "bot was kicked from the group chat" : "bot was kicked from the supergroup chat";
      room.refusal = reason ?? (room.chat.type === "private" ? "bot was blocked by the user" : kicked);
    },
    unblock: (chatId) => {
      roomOf(world, chatId).refusal = undefined;
    },
    setRichMessages: (mode) => {
      world.richMessages = mode;
    },
    goSilent: () => world.calls.fail(() => true, { type: "hang" }, Number.POSITIVE_INFINITY),
  };
}

function setTopics(room: ChatRoom, isOn: boolean): void {
  room.topicsOn = isOn;
  const { chat } = room;
  if (chat.type !== "supergroup") throw new Error("Only supergroups have topics.");
  const { is_forum: _, ...plain } = chat;
  room.chat = isOn ? { ...plain, is_forum: true } : plain;
}

function migrate(world: World, room: ChatRoom, how: "quietly" | undefined): number {
  const { chat } = room;
  if (chat.type !== "group") throw new Error("Only a basic group becomes a supergroup.");
  const id = -1_003_000_000_000 + chat.id;
  addGroup(world, { id, title: chat.title });
  room.migratedTo = id;
  if (how === "quietly") return id;
  announce(world, room, { migrate_to_chat_id: id });
  announce(world, roomOf(world, id), { migrate_from_chat_id: chat.id });
  return id;
}
