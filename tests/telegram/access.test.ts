import { expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { isAllowed } from "../../src/telegram/access.ts";

const ME = 5;
const GROUP = -7;
const STRANGER = 6;

const config = (telegram: object | undefined, projects: object[] = []): Config =>
  ({
    telegram: telegram && { chat_id: ME, allowed_chat_ids: [], allowed_user_ids: [], ...telegram },
    projects: new Map(projects.map((project, index) => [`p${index}`, project])),
  }) as unknown as Config;

test.each<[string, Config, number, number | undefined, boolean]>([
  ["the main chat", config({}), ME, ME, true],
  ["another private chat", config({}), STRANGER, STRANGER, false],
  ["a chat of the list", config({ allowed_chat_ids: [GROUP] }), GROUP, STRANGER, true],
  [
    "a named person in a chat of the list",
    config({ allowed_chat_ids: [GROUP], allowed_user_ids: [ME] }),
    GROUP,
    ME,
    true,
  ],
  ["anybody else there", config({ allowed_chat_ids: [GROUP], allowed_user_ids: [ME] }), GROUP, STRANGER, false],
  [
    "nobody in particular there",
    config({ allowed_chat_ids: [GROUP], allowed_user_ids: [ME] }),
    GROUP,
    undefined,
    false,
  ],
  ["a named person's own chat", config({ allowed_user_ids: [ME, 8] }), 8, 8, true],
  ["a stranger in a named person's chat", config({ allowed_user_ids: [ME] }), ME, STRANGER, false],
  ["a project's chat", config({}, [{ chat_id: GROUP }]), GROUP, ME, true],
  ["a named person in some other group", config({ allowed_user_ids: [ME] }), GROUP, ME, false],
  ["anybody where there is no Telegram config", config(undefined), ME, ME, false],
])("%s", (_, from, chatId, userId, allowed) => {
  expect(isAllowed({ chatId: String(chatId), userId: userId?.toString() }, from)).toBe(allowed);
});
