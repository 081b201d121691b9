import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { enterRing } from "../chaos/ring.ts";
import { closed, press } from "../helpers/asking.ts";
import { textOf } from "../helpers/bridge.ts";
import { startBroker } from "../helpers/broker.ts";
import { LIVE, liveTables } from "../helpers/live-stage.ts";
import { dot, photo, textDocument } from "../helpers/pictures.ts";
import { stageMachines } from "./stage.ts";
import { workerChild } from "./worker-child.ts";

const stageLive = () => stageMachines({ ...LIVE, tables: liveTables, workerTables: liveTables });

test("an approval of a run elsewhere is asked here, and its answer reaches the engine there", async () => {
  const bridge = await stageLive();
  const id = bridge.say("/codex /api approve");
  const card = await bridge.botSays(/^codex wants to run/);
  expect(await press(bridge, card, "Allow")).toBe("Allowing.");
  expect(textOf(await bridge.outcomeOf(id))).toContain('{"decision":"accept"}');
  expect(textOf(await closed(bridge, card))).toMatch(/✓ Allowed by /);
});

test("a question of a run elsewhere is asked anew by the next bridge, and its old card says so", async () => {
  const broker = await startBroker();
  const machines = `[machines]\nbroker = "${broker.address}"\n[projects.api]\nmachine = "gpu"\n`;
  const ring = await enterRing({ isLive: true, tables: `${liveTables}${machines}` });
  workerChild(broker.address, "gpu", "api", { tables: liveTables, isLive: true }).start();
  ring.start();
  const { emulator } = ring;
  const chatId = emulator.privateChatId;
  emulator.sendText({ chatId, text: "/codex /api approve" });
  const cards = () => emulator.messages(chatId).filter((one) => /^codex wants to run/.test(textOf(one)));
  const first = await emulator.waitFor(() => cards()[0]);
  const isKept = () => {
    const store = openStore(join(ring.directory, "takopi.db"));
    const found = store.questions.byMessage(String(chatId), String(first.message_id));
    store.close();
    return found !== undefined;
  };
  await vi.waitUntil(isKept, { timeout: 60_000, interval: 20 });
  await ring.kill();
  ring.start();
  const again = await emulator.waitFor(() => cards()[1]);
  expect(textOf(await closed(ring, first))).toMatch(/No longer asked\.$/);
  await press(ring, again, "Allow");
  const told = /^done · codex[\s\S]*\{"decision":"accept"\}/;
  await emulator.waitFor(() => emulator.messages(chatId).find((one) => told.test(textOf(one))));
});

test("a photo travels to the project there, and a file of 5 MiB comes back whole", async () => {
  const { emulator, outcomeOf, say, worker } = await stageMachines();
  const chatId = emulator.privateChatId;
  const { message_id } = emulator.sendPhoto({ chatId, photo: photo(), caption: "/api what is this?" });
  const path = /\[uploaded file: (.+?)\]/.exec(textOf(await outcomeOf(message_id)))?.[1] ?? "";
  expect(readFileSync(join(worker.directory, "api", path))).toEqual(dot(200));
  writeFileSync(join(worker.directory, "api/big.bin"), Buffer.alloc(5 * 1024 * 1024, "takopi"));
  say("/file get /api big.bin");
  const sent = await emulator.waitFor(() => emulator.messages(chatId).find(({ document }) => document), 120_000);
  expect(sent.document?.file_size).toBe(5 * 1024 * 1024);
});

test("a file in the outbox of a run there is sent here", async () => {
  const { emulator, outcomeOf, say, worker } = await stageMachines();
  const outbox = join(worker.directory, "api/.takopi/outbox");
  execFileSync("mkdir", ["-p", outbox]);
  await outcomeOf(say(`/api session\nsave ${outbox}/report.txt all is well\nanswer ok\ndone`));
  const sent = await emulator.waitFor(() => emulator.messages(emulator.privateChatId).find(({ document }) => document));
  expect(sent.document?.file_name).toBe("report.txt");
});

test("/file put and /diff work there", async () => {
  const { emulator, botSays, outcomeOf, say, worker } = await stageMachines();
  const cwd = join(worker.directory, "api");
  execFileSync("git", ["init", "-q"], { cwd });
  const document = textDocument("notes.txt", "one line\n");
  emulator.sendDocument({ chatId: emulator.privateChatId, document, caption: "/file put /api docs/" });
  await botSays(/^Saved docs\/notes\.txt in api/);
  const done = await outcomeOf(say("/api session\nanswer ok\ndone"));
  say("/diff", { replyTo: done.message_id });
  expect(textOf(await botSays(/^1 file differs/))).toContain("docs/notes.txt");
});

test("a prompt and an answer that are longer than a message of the broker arrive whole", async () => {
  const { outcomeOf, say } = await stageMachines({ telegram: 'messages = "classic"' });
  const id = say("/api session\nrepeat 50000\nanswer the end\ndone");
  expect(textOf(await outcomeOf(id))).toMatch(/^done/);
});
