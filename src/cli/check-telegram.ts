import { BOUNDS } from "../bounds.ts";
import type { Config } from "../config/config.ts";
import { hasTopics } from "../config/topics.ts";
import { type ChatCheck, checkTelegram } from "../telegram/check.ts";
import type { Check } from "./checks.ts";
import type { Context } from "./command.ts";

/** Asks Telegram about the token and every configured chat. */
export async function checkChat(config: Config, { env, signal }: Pick<Context, "env" | "signal">): Promise<Check[]> {
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
    chatIds: [...new Set(chats.filter((id) => id !== undefined))],
    signal: AbortSignal.any([signal, AbortSignal.timeout(BOUNDS.telegram.checkMs)]),
  });
  if (result.problem !== undefined) {
    const fix = result.isRefused
      ? "Set transports.telegram.bot_token to the one from @BotFather: `takopi setup` asks for it."
      : `Check the network and transports.telegram.api_root. ${describeProxy(env)}`;
    return [
      { name: "telegram token", state: "error", detail: result.problem, fix },
      { name: "chats", state: "warning", detail: "skipped, since the token could not be used" },
    ];
  }
  const checks = [{ name: "telegram token", state: "ok", detail: `@${result.botName}` } as const];
  return [
    ...checks,
    ...checkWebhook(result.webhook),
    ...result.chats.flatMap((chat) => [toCheck(chat), ...checkTopics(chat, config)]),
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

function describeProxy(env: NodeJS.ProcessEnv): string {
  const name = PROXIES.find((one) => env[one]);
  return name === undefined
    ? "If this machine reaches the internet through a proxy, set HTTPS_PROXY."
    : `$${name} names a proxy: check that it is the right one.`;
}

function toCheck({ id, kind, title, problem, limit }: ChatCheck): Check {
  const name = `chat ${id}`;
  const found = [kind, title].filter(Boolean).join(", ");
  if (limit)
    return { name, state: limit.isFatal ? "error" : "ok", detail: `${found}; ${limit.detail}`, fix: limit.fix };
  if (problem === undefined) return { name, state: "ok", detail: found };
  const isMoved = /upgraded to a supergroup/.test(problem);
  const fix = isMoved
    ? "Its id has changed: `takopi chat-id` prints the new one."
    : "Send the bot a message there, or correct the chat id.";
  return { name, state: "error", detail: problem, fix };
}
