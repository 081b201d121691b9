import { beforeEach, expect, test } from "vitest";
import { refusal, useEmulator } from "./harness.ts";

let nowMs = 0;
const LIMITS = {
  chat: { burst: 3, refillMs: 1000 },
  group: { calls: 4, windowMs: 60_000 },
  overall: { calls: 5, windowMs: 1000 },
};
const current = useEmulator({ limits: LIMITS, now: () => nowMs });
beforeEach(() => {
  nowMs = 1_000_000;
});

const send = (chatId = current.emulator.privateChatId) => current.api.sendMessage(chatId, `at ${nowMs}`);

test("a short burst passes; then the wait is named, and keeping it is enough", async () => {
  for (let count = 0; count < 3; count += 1) await send();
  const error = await refusal(send());
  expect([error.error_code, error.description]).toEqual([429, "Too Many Requests: retry after 1"]);
  expect(error.parameters).toEqual({ retry_after: 1 });
  nowMs += 1000;
  await expect(send()).resolves.toMatchObject({ text: `at ${nowMs}` });
  expect((await refusal(send())).error_code).toBe(429);
});

test("edits count, deletions and answers do not", async () => {
  const { api, emulator } = current;
  const { message_id } = await send();
  await api.editMessageText(emulator.privateChatId, message_id, "one");
  await api.editMessageText(emulator.privateChatId, message_id, "two");
  expect((await refusal(send())).error_code).toBe(429);
  await expect(api.deleteMessage(emulator.privateChatId, message_id)).resolves.toBe(true);
});

test("a refused call uses nothing up", async () => {
  for (let count = 0; count < 5; count += 1) {
    expect((await refusal(current.api.sendMessage(current.emulator.privateChatId, ""))).error_code).toBe(400);
  }
  await expect(send()).resolves.toBeDefined();
});

test("a group has a limit of its own by the minute", async () => {
  const { groupId } = current.emulator;
  for (let count = 0; count < 4; count += 1) {
    await send(groupId);
    nowMs += 3000;
  }
  expect((await refusal(send(groupId))).parameters.retry_after).toBe(48);
  await expect(send()).resolves.toBeDefined();
});

test("all chats share one limit", async () => {
  const { emulator } = current;
  for (let id = 1; id <= 6; id += 1) emulator.addPrivateChat({ id, is_bot: false, first_name: `P${id}` });
  for (let id = 1; id <= 5; id += 1) await send(id);
  expect((await refusal(send(6))).parameters.retry_after).toBe(1);
  nowMs += 1000;
  await expect(send(6)).resolves.toBeDefined();
});

test("limits can be switched off and on", async () => {
  current.emulator.setLimits("off");
  for (let count = 0; count < 6; count += 1) await send();
  current.emulator.setLimits({ ...LIMITS, chat: { burst: 1, refillMs: 1000 } });
  await send();
  expect((await refusal(send())).error_code).toBe(429);
});
