import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { shorten } from "../helpers/bounds.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { stageLive } from "../helpers/live-stage.ts";
import { dot, photo, textDocument } from "../helpers/pictures.ts";

const pathIn = (text: string) => /\[uploaded file: (.+?)\]/.exec(text)?.[1] ?? "no path";

describe("a file that a person sends", () => {
  test("is a task with its caption, lies in the directory of the run, and its path is in the prompt", async () => {
    const { emulator, outcomeOf, directory } = await stage();
    const { message_id } = emulator.sendPhoto({
      chatId: emulator.privateChatId,
      photo: photo(),
      caption: "what is this?",
    });
    const answer = textOf(await outcomeOf(message_id));
    expect(answer).toMatch(/You said: what is this\?/);
    expect(pathIn(answer)).toMatch(/^\.takopi\/files\/\d{4}-\d\d-\d\d-photo\.jpg$/);
    expect(readFileSync(join(directory, pathIn(answer)))).toEqual(dot(200));
  });

  test("that is a document keeps its name, and gets a number if the name is taken", async () => {
    const { emulator, outcomeOf, directory } = await stage();
    const send = (text: string) =>
      outcomeOf(
        emulator.sendDocument({
          ...{ chatId: emulator.privateChatId, caption: "read it" },
          document: textDocument("notes.txt", text),
        }).message_id,
      );
    const [first, second] = [textOf(await send("one")), textOf(await send("two"))].map(pathIn);
    expect([first, second].map((path = "") => path.slice(".takopi/files/2026-01-01-".length))).toEqual([
      "notes.txt",
      "notes-2.txt",
    ]);
    expect([first, second].map((path = "") => readFileSync(join(directory, path), "utf8"))).toEqual(["one", "two"]);
  });
});

test("an archive stays as it was sent", async () => {
  const { send, outcomeOf, kept, directory } = await sending();
  const zip = Buffer.from(`504b0506${"00".repeat(18)}`, "hex");
  await outcomeOf(send("all.zip", zip));
  expect(kept()).toEqual([expect.stringMatching(/-all\.zip$/)]);
  expect(readFileSync(join(directory, ".takopi/files", kept()[0] ?? ""))).toEqual(zip);
});

const MIB = 1024 * 1024;

/** The bridge, and how to send it a document. */
async function sending(options: Parameters<typeof stage>[0] = {}) {
  const it = await stage(options);
  const chatId = it.emulator.privateChatId;
  const send = (name: string, data: Buffer | string = "words", more = {}) => {
    const document = { name, mimeType: "text/plain", data: Buffer.from(data) };
    return it.emulator.sendDocument({ chatId, caption: "read it", document, ...more }).message_id;
  };
  const kept = () => readdirSync(join(it.directory, ".takopi/files"));
  return { ...it, chatId, send, kept };
}

describe("an album", () => {
  test("is one task with all its files in their order, and one answer", async () => {
    const { emulator, outcomeOf, chatId, store, directory } = await sending();
    const [first] = emulator.sendBatch(
      [1, 2, 3].map((red) => ({
        ...{ chatId, photo: photo(red), mediaGroupId: "a" },
        ...(red === 2 && { caption: "which is the reddest?" }),
      })),
    );
    const answer = textOf(await outcomeOf(first?.message_id ?? 0));
    expect(answer).toMatch(/You said: which is the reddest\?\n\n\[uploaded files\]/);
    const paths = [...answer.matchAll(/\.takopi\/files\/\S+/g)].map(([path]) => path);
    expect(paths.map((path) => readFileSync(join(directory, path)))).toEqual([1, 2, 3].map(dot));
    expect(store().runs.recent(5)).toHaveLength(1);
    const replies = () => emulator.messages(chatId).filter(({ from, reply_to_message: to }) => from?.is_bot && to);
    await emulator.waitFor(() => replies().length === 1);
    expect(replies().map(textOf)).toEqual([answer]);
  });
});

describe("a download", () => {
  test.each([
    ["breaks off in the middle", { type: "reset_after" as const }],
    ["is silent for too long", { type: "hang" as const }],
    ["meets a broken gateway", { type: "bad_gateway" as const }],
  ])("that %s is tried again, and the task runs once", async (_, fault) => {
    // Not too short for the second try on a busy machine.
    if (fault.type === "hang") shorten(BOUNDS.download, { silenceMs: 2_000 });
    const { emulator, send, outcomeOf, kept, store } = await sending();
    emulator.fail("download", fault);
    expect(textOf(await outcomeOf(send("notes.txt", "x".repeat(100_000))))).toContain("notes.txt");
    expect(emulator.calls("download")).toHaveLength(2);
    expect(kept()).toHaveLength(1);
    expect(store().runs.recent(5)).toHaveLength(1);
  });

  test("that Telegram refuses ends the task in one sentence, with nothing left on the disk", async () => {
    const { emulator, send, outcomeOf, directory } = await sending();
    emulator.fail("getFile", { type: "bad_request", reason: "wrong file_id or the file is temporarily unavailable" });
    expect(textOf(await outcomeOf(send("notes.txt")))).toMatch(
      /^error[\s\S]*Telegram does not give the file: wrong file_id or the file is temporarily unavailable\./,
    );
    expect(readdirSync(directory)).not.toContain(".takopi");
  });

  test("of 20 MiB is made, and of one byte more is not begun", async () => {
    const { emulator, send, outcomeOf, botSays } = await sending();
    expect(textOf(await outcomeOf(send("most.bin", Buffer.alloc(20 * MIB))))).toContain("most.bin");
    send("more.bin", Buffer.alloc(20 * MIB + 1));
    await botSays(/^more\.bin has 20\.0 MiB, and a bot can fetch at most 20 MiB: send a smaller one/);
    expect(emulator.calls("getFile")).toHaveLength(1);
  });

  test("that a shutdown cuts off is told, and is made anew by Try again", async () => {
    const { emulator, send, outcomeOf, stop, start, press, botSays, kept, store } = await sending();
    emulator.fail("download", { type: "hang" });
    const id = send("notes.txt");
    await emulator.waitFor(() => emulator.calls("download").length === 1);
    await stop();
    const cutOff = await outcomeOf(id);
    expect(textOf(cutOff)).toMatch(/^interrupted[\s\S]*takopi was shut down\.$/);
    start();
    await press(cutOff, "Try again");
    await botSays(/^done[\s\S]*notes\.txt/);
    expect(kept()).toHaveLength(1);
    expect(
      store()
        .runs.recent(5)
        .map(({ outcome }) => outcome),
    ).toEqual(["done", "interrupted"]);
  });

  test("that was not begun before a shutdown is made after it, and the task runs once", async () => {
    const { emulator, send, outcomeOf, stop, start, say, directory, botSays, kept } = await sending({
      tables: "[limits]\nparallel_runs = 1",
    });
    const busy = say(`session\nuntil ${directory}/never\ndone`);
    await botSays(/^working/);
    const id = send("notes.txt");
    await botSays(/^queued/);
    await stop();
    await outcomeOf(busy);
    start();
    expect(textOf(await outcomeOf(id))).toMatch(/^done[\s\S]*notes\.txt/);
    expect(kept()).toHaveLength(1);
    expect(emulator.calls("download")).toHaveLength(1);
  });
});

describe("a name", () => {
  test.each([
    ["../../x", /^\d{4}-\d\d-\d\d-x$/],
    ["a\0b.txt", /-ab\.txt$/],
    [`${"long".repeat(75)}.txt`, /-(long)+l?\.txt$/],
    ["/etc/passwd", /-passwd$/],
    [".git", /-git$/],
  ])("%j stays in the folder for uploads", async (name, kept) => {
    const it = await sending();
    await it.outcomeOf(it.send(name));
    expect(it.kept()).toEqual([expect.stringMatching(kept)]);
    expect(Buffer.byteLength(it.kept()[0] ?? "")).toBeLessThan(220);
  });

  test("does not lead through a link that lies in the project", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "takopi-elsewhere-"));
    onTestFinished(() => rmSync(elsewhere, { recursive: true }));
    const { send, outcomeOf } = await sending({
      prepare: async (directory) => {
        mkdirSync(join(directory, ".takopi"));
        symlinkSync(elsewhere, join(directory, ".takopi/files"));
      },
    });
    expect(textOf(await outcomeOf(send("notes.txt")))).toMatch(/^error[\s\S]*\.takopi\/files is a link/);
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});

test("a photo as a reply to a running turn joins it, with its path, and is told once", async () => {
  const { emulator, say, botSays, outcomeOf, store } = await stageLive();
  const chatId = emulator.privateChatId;
  const first = say("steered");
  await botSays(/^working · pi/);
  const { message_id: sent } = emulator.sendPhoto({ chatId, photo: photo(), caption: "like this", replyTo: first });
  expect((await botSays(/^Added to the running turn\.$/)).reply_to_message?.message_id).toBe(sent);
  expect(textOf(await outcomeOf(first))).toMatch(
    /like this[\s\S]*\[uploaded file: \S+\/\.takopi\/files\/\S+photo\.jpg\]/,
  );
  expect(store().runs.recent(5)).toHaveLength(1);
  expect(emulator.messages(chatId).filter((one) => /^Added/.test(textOf(one)))).toHaveLength(1);
});
