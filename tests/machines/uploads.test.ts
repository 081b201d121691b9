import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { shorten } from "../helpers/bounds.ts";
import { type Stage, textOf } from "../helpers/bridge.ts";
import { dot, photo, textDocument } from "../helpers/pictures.ts";
import { type MachinesStage, stageMachines } from "./stage.ts";

const GONE = /gpu has been gone since \d\d:\d\d; this waits for it/;

const sendPhoto = ({ emulator }: Stage, caption: string, replyTo?: number): number =>
  emulator.sendPhoto({ chatId: emulator.privateChatId, photo: photo(), caption, ...(replyTo && { replyTo }) })
    .message_id;

async function withoutWorker(): Promise<MachinesStage> {
  const on = await stageMachines();
  await on.leave();
  return on;
}

/** The photo that a task has, as its engine finds it. */
async function arrived({ outcomeOf, worker }: MachinesStage, id: number): Promise<Buffer> {
  const path = /\[uploaded file: (.+?)\]/.exec(textOf(await outcomeOf(id)))?.[1] ?? "";
  return readFileSync(join(worker.directory, "api", path));
}

test("a photo for a machine that is gone says since when, waits, and is there once the machine is back", async () => {
  const on = await withoutWorker();
  const ids = [sendPhoto(on, "/api what is this?"), sendPhoto(on, "/api session\nstep at it\nhang")];
  await on.botSays(GONE);
  await on.worker.start();
  expect(await arrived(on, ids[0] ?? 0)).toEqual(dot(200));
  expect(textOf(await on.botSays(/▸ at it/))).not.toMatch(GONE);
});

test("a photo that waits for its machine waits over a restart of the bridge", async () => {
  const on = await withoutWorker();
  const id = sendPhoto(on, "/api what is this?");
  await on.botSays(GONE);
  await on.stop();
  expect(on.store().runs.recent(1)).toMatchObject([{ state: "queued" }]);
  on.start();
  await on.emulator.waitFor(() => on.log.filter(({ event }) => event === "bridge.ready").length > 1);
  await on.worker.start();
  expect(await arrived(on, id)).toEqual(dot(200));
  expect(on.store().runs.recent(2)).toHaveLength(1);
});

test("a task that waits for its machine waits over a restart of the bridge, and runs once", async () => {
  const on = await withoutWorker();
  const ledger = join(on.directory, "ran");
  const id = on.say(`/api note ${ledger}\nsession\nanswer at last\ndone`);
  await on.botSays(GONE);
  await on.stop();
  on.start();
  await on.worker.start();
  expect(textOf(await on.outcomeOf(id))).toContain("at last");
  expect(readFileSync(ledger, "utf8")).toBe("ran\n");
});

test("Stop ends a photo that waits for its machine", async () => {
  const on = await withoutWorker();
  const id = sendPhoto(on, "/api what is this?");
  expect(await on.press(await on.botSays(GONE), "Stop")).toBe("Stopping.");
  expect(textOf(await on.outcomeOf(id))).toMatch(/^cancelled/);
  await on.worker.start();
  await on.outcomeOf(on.say("/api session\nanswer next\ndone"));
  expect(existsSync(join(on.worker.directory, "api/.takopi/files"))).toBe(false);
});

const putFile = ({ emulator }: Stage, caption: string) =>
  emulator.sendDocument({ chatId: emulator.privateChatId, document: textDocument("a.txt", "text"), caption });

test("/file put to a machine that is gone says since when, and that the file is to be sent again", async () => {
  const on = await withoutWorker();
  putFile(on, "/file put /api docs/");
  await on.botSays(/^a\.txt was not saved: gpu has been gone since \d\d:\d\d; send the file again when it is back\.$/);
  await on.worker.start();
  putFile(on, "/file put /api docs/");
  await on.botSays(/^Saved docs\/a\.txt in api/);
});

test("/file put waits while the bridge that has just started looks for its broker", async () => {
  const on = await stageMachines();
  await on.stop();
  await on.broker.kill();
  shorten(BOUNDS.machines, { connectMs: 60_000, callMs: 60_000 });
  putFile(on, "/file put /api docs/");
  on.start();
  const isLooking = () => on.log.some(({ event }) => event === "broker.unreachable");
  await on.emulator.waitFor(() => (isLooking() && on.emulator.calls("getFile").length > 0) || undefined);
  await on.broker.start();
  await on.botSays(/^Saved docs\/a\.txt in api/);
  expect(readFileSync(join(on.worker.directory, "api/docs/a.txt"), "utf8")).toBe("text");
});
