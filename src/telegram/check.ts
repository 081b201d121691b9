import { ConfigError } from "../errors.ts";
import { type Answer, createTelegram, Refused, type Telegram, Unreachable } from "./api.ts";
import type { ApiServer } from "./proxy.ts";

/** Telegram's report about one chat. */
export interface ChatCheck {
  readonly id: number;
  /** `private`, `group`, `supergroup` or `channel`; absent if the bot cannot see the chat. */
  readonly kind?: string;
  readonly title?: string;
  readonly problem?: string;
  /** The id that it has now, if it became a supergroup. */
  readonly movedTo?: string;
  /** The users asked about who write there in the group's name, so that nobody can tell who writes. */
  readonly anonymous?: readonly string[];
  /** Whether it has topics, or in a private chat can have them, and the bot may make and name them. */
  readonly topics?: { readonly isOn: boolean; readonly mayManage: boolean };
  /** The missing rights of the bot there, with the fix. */
  readonly limit?: { readonly detail: string; readonly fix: string; readonly isFatal: boolean };
}

/** Telegram's report about a token and the chats that the bot is to serve. */
export interface TelegramCheck {
  /** Without `@`; absent if the token is not accepted or Telegram not reached. */
  readonly botName?: string;
  readonly problem?: string;
  /** From the answer that refused the token. */
  readonly isRefused?: boolean;
  /** The address that Telegram sends the bot's messages to, in place of answering polls; "" for none. */
  readonly webhook?: string;
  readonly chats: readonly ChatCheck[];
}

export interface TelegramQuestion {
  readonly token: string;
  readonly server: ApiServer;
  readonly chatIds: readonly number[];
  readonly userIds: readonly number[];
  readonly signal: AbortSignal;
}

/** Asks with methods that change nothing. Never throws for what Telegram or the network say. */
export async function checkTelegram(question: TelegramQuestion): Promise<TelegramCheck> {
  const { token, server, chatIds, signal } = question;
  const telegram = open(token, server);
  if (typeof telegram === "string") return { problem: telegram, chats: [] };
  const me = await ask(telegram.call("getMe", undefined, signal));
  if ("problem" in me) return { problem: me.problem, isRefused: me.isRefused, chats: [] };
  const [webhook, ...chats] = await Promise.all([
    ask(telegram.call("getWebhookInfo", undefined, signal)),
    ...chatIds.map((id) => checkOne(id, me.answer, telegram, question)),
  ]);
  return { botName: me.answer.username, webhook: "answer" in webhook ? (webhook.answer.url ?? "") : "", chats };
}

async function checkOne(
  id: number,
  me: Answer<"getMe">,
  telegram: Telegram,
  { signal, userIds }: TelegramQuestion,
): Promise<ChatCheck> {
  const chat = await ask(telegram.call("getChat", { chat_id: id }, signal));
  if ("problem" in chat) {
    return { id, problem: chat.problem, ...(chat.movedTo !== undefined && { movedTo: chat.movedTo }) };
  }
  const { type: kind, title = chat.answer.first_name } = chat.answer;
  const named = { id, kind, ...(title === undefined ? {} : { title }) };
  if (kind === "private") return { ...named, topics: { isOn: me.has_topics_enabled === true, mayManage: true } };
  const [member, admins] = await Promise.all([
    ask(telegram.call("getChatMember", { chat_id: id, user_id: me.id }, signal)),
    ask(telegram.call("getChatAdministrators", { chat_id: id }, signal)),
  ]);
  const anonymous = ("answer" in admins ? admins.answer : [])
    .filter((one) => one.is_anonymous && userIds.includes(one.user.id))
    .map(({ user }) => user.first_name);
  const isOn = "is_forum" in chat.answer && chat.answer.is_forum === true;
  const seen = {
    ...named,
    anonymous,
    topics: { isOn, mayManage: "answer" in member && mayManageTopics(member.answer) },
  };
  const limit = "answer" in member ? limitOf(member.answer, chat.answer, me) : undefined;
  return limit === undefined ? seen : { ...seen, limit };
}

const mayManageTopics = (member: Answer<"getChatMember">): boolean =>
  member.status === "creator" || (member.status === "administrator" && member.can_manage_topics === true);

function limitOf(member: Answer<"getChatMember">, chat: Answer<"getChat">, me: Answer<"getMe">): ChatCheck["limit"] {
  const { status } = member;
  if (status === "administrator" || status === "creator") return undefined;
  if (status === "left" || status === "kicked") {
    return { detail: "the bot is no member there", fix: "Add the bot to the group.", isFatal: true };
  }
  const isMuted = status === "restricted" ? !member.can_send_messages : chat.permissions?.can_send_messages === false;
  if (isMuted) {
    return {
      detail: "the bot may not write there",
      fix: "Give it the right, or make it an administrator.",
      isFatal: true,
    };
  }
  if (me.can_read_all_group_messages) return undefined;
  return {
    detail: "it sees only commands, mentions and replies to it there (privacy mode)",
    fix: "To have it see every message: /setprivacy at @BotFather, Disable, then add the bot to the group again.",
    isFatal: false,
  };
}

/** Why Telegram cannot even be asked: its proxy is none. */
function open(token: string, server: ApiServer): Telegram | string {
  try {
    return createTelegram(token, server);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

type Said<T> =
  | { readonly answer: T }
  | { readonly problem: string; readonly isRefused: boolean; readonly movedTo?: string | undefined };

async function ask<T>(call: Promise<T>): Promise<Said<T>> {
  try {
    return { answer: await call };
  } catch (error) {
    if (error instanceof Refused) {
      return { problem: `Telegram says "${error.reason}"`, isRefused: true, movedTo: error.movedTo };
    }
    if (error instanceof Unreachable)
      return { problem: `Telegram cannot be reached (${error.message})`, isRefused: false };
    if (error instanceof Error && error.name === "TimeoutError") {
      return { problem: "Telegram did not answer in time", isRefused: false };
    }
    throw error;
  }
}
