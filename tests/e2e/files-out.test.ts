import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";
import { dot } from "../helpers/pictures.ts";

/** A task during which a test puts files into the outbox. */
async function withOutbox(fill: (outbox: string) => void, options = {}) {
  const it = await stage(options);
  const outbox = join(it.directory, ".takopi/outbox");
  mkdirSync(outbox, { recursive: true });
  const id = it.say(`session\nuntil ${join(it.directory, "gate")}\nanswer made\ndone`);
  await it.emulator.waitFor(() => it.log.some(({ event }) => event === "run.session"));
  fill(outbox);
  writeFileSync(join(it.directory, "gate"), "");
  await it.outcomeOf(id);
  const files = () =>
    it.emulator
      .messages(it.emulator.privateChatId)
      .filter(({ from, document, photo }) => from?.is_bot && (document || photo));
  return { ...it, id, files };
}

describe("what an agent puts into its outbox", () => {
  test("is sent after the answer: images as photos, others as documents; a reply continues the run", async () => {
    const { files, emulator, say, outcomeOf } = await withOutbox((outbox) => {
      writeFileSync(join(outbox, "chart.png"), dot(3));
      writeFileSync(join(outbox, "report.txt"), "all is well");
    });
    await emulator.waitFor(() => files().length === 2);
    expect(files().map(({ photo, document }) => (photo ? "photo" : document?.file_name))).toEqual([
      "photo",
      "report.txt",
    ]);
    const [chart] = files();
    const next = await outcomeOf(say("session\nanswer on\ndone", { replyTo: chart?.message_id ?? 0 }));
    expect(textOf(next)).toContain("on");
    expect(files()).toHaveLength(2);
  });

  test("is not sent through a link, nor past ten files, and that is told", async () => {
    const { botSays, emulator, files } = await withOutbox((outbox) => {
      symlinkSync("/etc/passwd", join(outbox, "a-secret"));
      for (let number = 10; number < 21; number++) writeFileSync(join(outbox, `file-${number}`), "x");
    });
    const told = textOf(await botSays(/Not everything/));
    expect(told).toMatch(/a-secret is a link/);
    expect(told).toMatch(/file-20 was not sent: 10 files a task are/);
    await emulator.waitFor(() => files().length === 10);
  });

  test("goes as a document if Telegram cannot read it as a photo", async () => {
    const { emulator, say, directory } = await stage();
    writeFileSync(join(directory, "broken.png"), dot(4));
    emulator.fail("sendPhoto", { type: "bad_request", reason: "PHOTO_INVALID_DIMENSIONS" });
    say("/file get broken.png");
    const sent = await emulator.waitFor(() =>
      emulator.messages(emulator.privateChatId).find(({ document }) => document),
    );
    expect(sent.document?.file_name).toBe("broken.png");
  });
});

describe("/file get", () => {
  test("sends a file, over a fault of the network too, and refuses what lies elsewhere", async () => {
    const { emulator, say, botSays, directory } = await stage();
    mkdirSync(join(directory, "docs"));
    writeFileSync(join(directory, "docs/a b.md"), "words");
    emulator.fail("sendDocument", { type: "bad_gateway" });
    say("/file get docs/a b.md");
    const sent = await emulator.waitFor(() =>
      emulator.messages(emulator.privateChatId).find(({ document }) => document),
    );
    expect(sent.document).toMatchObject({ file_name: "a b.md", file_size: 5 });
    for (const [path, says] of [
      ["../x", /without `?\.\.`?/],
      ["missing.md", /missing\.md does not exist/],
      ["docs", /docs is no file/],
      [".git/config", /denied by the rule/],
      [".env", /denied by the rule/],
    ] as const) {
      say(`/file get ${path}`);
      await botSays(says);
    }
    say("/file");
    await botSays(/Say which file/);
  });
});
