import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { textOf } from "../helpers/told.ts";
import { enterRing } from "./ring.ts";

vi.setConfig({ testTimeout: 300_000 });

test("a bridge that is killed in the middle of a download fetches the file again, and its task runs once", async () => {
  const ring = await enterRing();
  const { emulator, directory } = ring;
  const data = Buffer.alloc(200_000, "words ");
  emulator.fail("download", { type: "hang" });
  ring.start();
  const { message_id: id } = emulator.sendDocument({
    ...{ chatId: emulator.privateChatId, caption: "read it" },
    document: { name: "notes.txt", mimeType: "text/plain", data },
  });
  await emulator.waitFor(() => emulator.calls("download").length === 1 || undefined);
  await ring.kill();
  ring.start();
  const answers = () =>
    emulator
      .messages(emulator.privateChatId)
      .filter((one) => one.reply_to_message?.message_id === id && /^done/.test(textOf(one)));
  await emulator.waitFor(() => answers().length > 0 || undefined);
  await ring.kill();
  expect(answers()).toHaveLength(1);
  const kept = readdirSync(join(directory, ".takopi/files"));
  expect(kept).toEqual([expect.stringMatching(/-notes\.txt$/)]);
  expect(readFileSync(join(directory, ".takopi/files", kept[0] ?? ""))).toEqual(data);
  const store = openStore(join(directory, "takopi.db"));
  expect(store.runs.recent(5).map(({ outcome }) => outcome)).toEqual(["done"]);
  store.close();
});
