import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";

const forward = { type: "hidden_user" as const, sender_user_name: "Somebody", date: 1 };

test.each([0, 150])("a comment and its forwards are one prompt if they come %d ms apart", async (apartMs) => {
  const folder = mkdtempSync(join(tmpdir(), "takopi-gate-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const gate = join(folder, "go");
  const { say, emulator, outcomeOf, store } = await stage({ telegram: "forward_coalesce_s = 3" });
  const { privateChatId: chatId } = emulator;
  await emulator.waitFor(() => emulator.calls("getUpdates").at(-1)?.status === undefined);
  // The engine is at work, and has done nothing yet, when the forwards come.
  const id = say(`session\nuntil ${gate}\nanswer what is it?`);
  if (apartMs > 0) await delay(apartMs);
  for (const text of ["answer first part", "answer second part\ndone"]) emulator.sendText({ chatId, text, forward });
  await vi.waitUntil(() => store().runs.recent(1)[0]?.prompt.includes("second part"), { timeout: 30_000 });
  writeFileSync(gate, "");
  expect(textOf(await outcomeOf(id))).toMatch(/what is it\?[\s\S]*first part[\s\S]*second part/);
  expect(store().runs.recent(5)).toHaveLength(1);
});
