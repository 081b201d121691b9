import type { Transport } from "../../src/chat/transport.ts";
import type { Config, TelegramConfig } from "../../src/config/config.ts";
import type { Store } from "../../src/store/store.ts";
import type { Telegram } from "../../src/telegram/api.ts";
import { Outbox } from "../../src/telegram/outbox.ts";
import { telegramTransport } from "../../src/telegram/transport.ts";
import { noLog } from "./recordings.ts";

/** The chat edge over calls that go where a test says. */
export function transportOver(telegram: Telegram, store: Store, style: Partial<TelegramConfig> = {}): Transport {
  const whole = {
    messages: "auto",
    stream_answer: false,
    chat_id: 5,
    allowed_user_ids: [],
    allowed_chat_ids: [],
    chats: {},
  };
  const config = () => ({ projects: new Map(), telegram: { ...whole, ...style } }) as unknown as Config;
  const outbox = new Outbox(telegram, noLog);
  const { chat_id: mainChat = "" } = config().telegram ?? {};
  return telegramTransport({
    ...{ telegram, outbox, store, config, log: noLog },
    ...{ token: "1:x", server: {}, mainChat: () => String(mainChat), onMoved: () => {} },
    style: () => ({ messages: "auto", chats: {}, stream_answer: false, ...style }),
  });
}

/** Takes every call. */
export const deafTelegram: Telegram = { call: async () => true as never };
