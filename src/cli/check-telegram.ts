import type { Config } from "../config/config.ts";
import { type ChatCheck, checkTelegram, type TelegramCheck } from "../telegram/check.ts";
import type { Check } from "./checks.ts";

const ANSWER_TIMEOUT_MS = 15_000;

/** Asks Telegram about the token and every configured chat. */
export async function checkChat(config: Config, signal: AbortSignal): Promise<Check[]> {
  const { telegram } = config;
  if (!telegram) {
    const mend = "Set transports.telegram.bot_token (from @BotFather) and transports.telegram.chat_id.";
    return [{ name: "telegram", state: "error", detail: "not configured", mend }];
  }
  const chats = [
    telegram.chat_id,
    ...telegram.allowed_chat_ids,
    ...[...config.projects.values()].map((one) => one.chat_id),
  ];
  const result = await checkTelegram({
    token: telegram.bot_token,
    apiRoot: telegram.api_root,
    chatIds: [...new Set(chats.filter((id) => id !== undefined))],
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
  });
  if (result.problem !== undefined) {
    const mend = "Check transports.telegram.bot_token against @BotFather, api_root, and the network.";
    return [
      { name: "telegram token", state: "error", detail: result.problem, mend },
      { name: "chats", state: "warning", detail: "skipped, since the token could not be used" },
    ];
  }
  return [tokenCheck(result), ...result.chats.map(toCheck)];
}

function toCheck({ id, kind, title, problem }: ChatCheck): Check {
  const name = `chat ${id}`;
  if (problem === undefined) return { name, state: "ok", detail: [kind, title].filter(Boolean).join(", ") };
  return { name, state: "error", detail: problem, mend: "Send the bot a message there, or correct the chat id." };
}

function tokenCheck({ botName, webhookHost }: TelegramCheck): Check {
  const name = "telegram token";
  if (webhookHost === undefined) return { name, state: "ok", detail: `@${botName}` };
  const detail = `@${botName} has a webhook: Telegram sends its messages to ${webhookHost}, and none can be polled`;
  const mend = "Remove it with `takopi setup`, or use a bot of its own for takopi.";
  return { name, state: "error", detail, mend };
}
