import { expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { hintOn, isAllowed } from "../../src/telegram/access.ts";

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

test("another bot, even in a group that is open to all its members, and even if its id is named", () => {
  const open = config({ allowed_chat_ids: [GROUP], allow_group_members: true });
  expect(isAllowed({ chatId: String(GROUP), userId: "9", isBot: true }, open)).toBe(false);
  expect(isAllowed({ chatId: String(ME), userId: String(ME), isBot: true }, config({}))).toBe(false);
});

test("the log explains an anonymous administrator and another bot, and says no more of a stranger", () => {
  const from = (userId: string, isBot: boolean) => hintOn({ chatId: String(GROUP), userId, isBot });
  expect(from("1087968824", true)).toMatch(/anonymous/);
  expect(from("9", true)).toMatch(/another bot/);
  expect(from("6", false)).toBeUndefined();
});
