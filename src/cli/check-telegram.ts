import { BOUNDS } from "../bounds.ts";
import type { Config } from "../config/config.ts";
import { workerOf } from "../config/machines.ts";
import { keysOfChat } from "../config/moved-chats.ts";
import { hasTopics } from "../config/topics.ts";
import { type ChatCheck, checkTelegram } from "../telegram/check.ts";
import type { Check } from "./checks.ts";
import type { Context } from "./command.ts";

/** Asks Telegram about the token and every configured chat. */
export async function checkChat(config: Config, { env, signal }: Pick<Context, "env" | "signal">): Promise<Check[]> {
  if (workerOf(config)) return [];
  const { telegram } = config;
  if (!telegram) {
    const fix = "Set transports.telegram.bot_token (from @BotFather) and transports.telegram.chat_id.";
    return [{ name: "telegram", state: "error", detail: "not configured", fix }];
  }
  const chats = [
    telegram.chat_id,
    ...telegram.allowed_chat_ids,
    ...[...config.projects.values()].map((one) => one.chat_id),
  ];
  const result = await checkTelegram({
    token: telegram.bot_token,
    server: telegram,
    userIds: telegram.allowed_user_ids,
    chatIds: [...new Set(chats.filter((id) => id !== undefined))],
    signal: AbortSignal.any([signal, AbortSignal.timeout(BOUNDS.telegram.checkMs)]),
  });
  if (result.problem !== undefined) {
    const fix = result.isRefused
      ? "Set transports.telegram.bot_token to the one from @BotFather: `takopi setup` asks for it."
      : `Check the network and transports.telegram.api_root. ${describeProxy(telegram.proxy, env)}`;
    return [
      { name: "telegram token", state: "error", detail: result.problem, fix },
      { name: "chats", state: "warning", detail: "skipped, since the token could not be used" },
    ];
  }
  const checks = [{ name: "telegram token", state: "ok", detail: `@${result.botName}` } as const];
  return [
    ...checks,
    ...checkWebhook(result.webhook),
    ...result.chats.flatMap((chat) => [toCheck(chat, config), ...checkAnonymous(chat), ...checkTopics(chat, config)]),
  ];
}

/** Checks a chat whose topics are to be served. In a private chat they are optional if all chats are served. */
function checkTopics({ id, kind, topics }: ChatCheck, config: Config): Check[] {
  if (!topics || !hasTopics(config, String(id))) return [];
  const name = `topics of chat ${id}`;
  if (!topics.isOn && kind === "private") {
    if (config.telegram?.topics.scope === "all") return [];
    const fix = "Switch Threaded Mode on for the bot at @BotFather.";
    return [{ name, state: "warning", detail: "the bot can have none in private chats", fix }];
  }
  if (!topics.isOn) {
    const fix = "Switch Topics on in the group's settings.";
    return [{ name, state: "warning", detail: "the group has none", fix }];
  }
  if (topics.mayManage) return [{ name, state: "ok", detail: "on" }];
  const fix = "Make the bot an administrator who may manage topics.";
  return [{ name, state: "error", detail: "the bot may not make or name them", fix }];
}

function checkWebhook(webhook = ""): Check[] {
  if (webhook === "") return [];
  const detail = `a webhook is set on the token (${new URL(webhook).host}), so takopi gets no messages`;
  return [{ name: "webhook", state: "error", detail, fix: "Run `takopi setup`: it offers to remove the webhook." }];
}

const PROXIES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

function describeProxy(configured: string | undefined, env: NodeJS.ProcessEnv): string {
  if (configured !== undefined) return "transports.telegram.proxy names a proxy: check that it is the right one.";
  const name = PROXIES.find((one) => env[one]);
  if (name === undefined) return "If this machine reaches the internet through a proxy, set HTTPS_PROXY.";
  const exception = ["NO_PROXY", "no_proxy"].find((one) => env[one]);
  const more = exception === undefined ? "" : `, and that $${exception} does not leave Telegram out`;
  return `$${name} names a proxy: check that it is the right one${more}.`;
}

/** Whom the bridge cannot listen to, since Telegram hides who writes. */
function checkAnonymous({ id, anonymous = [] }: ChatCheck): Check[] {
  if (anonymous.length === 0) return [];
  const detail = `${anonymous.join(", ")} writes there in the group's name, so the bot cannot tell who it is`;
  const fix = "Switch 'Remain anonymous' off for each in the group's list of administrators.";
  return [{ name: `anonymous administrators of chat ${id}`, state: "warning", detail, fix }];
}

function toCheck({ id, kind, title, problem, limit, movedTo }: ChatCheck, config: Config): Check {
  const name = `chat ${id}`;
  const found = [kind, title].filter(Boolean).join(", ");
  if (limit)
    return { name, state: limit.isFatal ? "error" : "ok", detail: `${found}; ${limit.detail}`, fix: limit.fix };
  if (problem === undefined) return { name, state: "ok", detail: found };
  return { name, state: "error", detail: problem, fix: fixOf(problem, movedTo, keysOfChat(config, String(id))) };
}

function fixOf(problem: string, movedTo: string | undefined, keys: readonly string[]): string {
  if (movedTo !== undefined)
    return `Its id is ${movedTo} now: put that in the place of the old one in ${keys.join(", ")}.`;
  if (/upgraded to a supergroup/.test(problem)) return "Its id has changed: `takopi chat-id` prints the new one.";
  return "Send the bot a message there, or correct the chat id.";
}
