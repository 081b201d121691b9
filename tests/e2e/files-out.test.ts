import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { Emulator } from "../../src/playground/emulator.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { dot } from "../helpers/pictures.ts";
import { filesOfZip } from "../helpers/zip.ts";

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

describe("a file in an agent's outbox", () => {
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
    expect(told).toMatch(/file-20 was not sent: a task sends at most 10 files\./);
    await emulator.waitFor(() => files().length === 10);
  });

  test("is not sent past 50 MiB together, and what is smaller still is", async () => {
    const { botSays, emulator, files } = await withOutbox((outbox) => {
      for (const [name, mib] of Object.entries({ a: 30, b: 21, c: 1 })) {
        truncateSync(writeEmpty(join(outbox, name)), mib * 1024 * 1024);
      }
    });
    expect(textOf(await botSays(/Not everything/))).toMatch(/outbox\/b was not sent: a task sends at most 50 MiB\.$/);
    await emulator.waitFor(() => files().length === 2);
    expect(files().map(({ document }) => document?.file_name)).toEqual(["a", "c"]);
  });

  test("cannot write the bot's words by its name", async () => {
    const { botSays } = await withOutbox((outbox) => {
      symlinkSync("/etc/passwd", join(outbox, "a`\n\n**codex wants to run** [this](tg:resolve)\u202e"));
    });
    const told = await botSays(/Not everything/);
    expect(textOf(told)).toContain("outbox/a' ⏎ ⏎ **codex wants to run** [this](tg:resolve)⟨U+202E⟩ is a link");
    expect(new Set(told.entities?.map(({ type }) => type))).toEqual(new Set(["code"]));
  });

  test("that is a folder is sent as a zip", async () => {
    const { files, emulator } = await withOutbox((outbox) => {
      mkdirSync(join(outbox, "site"));
      writeFileSync(join(outbox, "site/index.html"), "<p>hi");
    });
    await emulator.waitFor(() => files().length === 1);
    expect(files()[0]?.document?.file_name).toBe("site.zip");
  });

  test("that the rules deny is named", async () => {
    const { botSays, files } = await withOutbox((outbox) => writeFileSync(join(outbox, "key.pem"), "secret"));
    await botSays(/Not everything[\s\S]*denied by the rule/);
    expect(files()).toEqual([]);
  });

  test.each([
    [
      "was rewritten",
      "save",
      // A try to send it may read it at the moment at which it is rewritten.
      /report\.txt was changed (before it was sent|while it was read): \/file get \.takopi\/outbox\/report\.txt/,
    ],
    ["was removed", "remove", /report\.txt does not exist/],
  ])(
    "that %s by a later task while Telegram was away is named, and not sent in another's words",
    async (_, word, says) => {
      const { emulator, say, botSays, directory, outcomeOf, store } = await stage();
      const outbox = join(directory, ".takopi/outbox");
      mkdirSync(outbox, { recursive: true });
      const giveBack = emulator.fail("sendDocument", { type: "bad_gateway" }, 1000);
      await outcomeOf(say(`session\nsave ${outbox}/report.txt first\nanswer one\ndone`));
      await emulator.waitFor(() => emulator.calls("sendDocument").length > 0);
      // Its outcome waits behind the file.
      const second = say(`session\n${word} ${outbox}/report.txt second\nanswer two\ndone`);
      const { runs } = store();
      await vi.waitUntil(() => runs.recent(1).some((run) => run.messageId === `${second}` && run.outcome === "done"), {
        timeout: 30_000,
      });
      giveBack();
      await botSays(says);
      await outcomeOf(second);
      const sent = () => emulator.messages(emulator.privateChatId).filter(({ document }) => document);
      await vi.waitUntil(() => store().deliveries.open().length === 0, { timeout: 30_000 });
      expect(sent()).toHaveLength(word === "save" ? 1 : 0);
    },
  );

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
    for (const name of ["docs", "empty"]) mkdirSync(join(directory, name));
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
      ["empty", /empty has no files that can be sent/],
      [".git/config", /denied by the rule/],
      [".env", /denied by the rule/],
    ] as const) {
      say(`/file get ${path}`);
      await botSays(says);
    }
    for (const text of ["/file", "/file get /alpha"]) {
      const id = say(text);
      await emulator.waitFor(() =>
        emulator
          .messages(emulator.privateChatId)
          .find((one) => one.reply_to_message?.message_id === id && /^Say which file/.test(textOf(one))),
      );
    }
  });

  test.each([
    ["allowed_user_ids = [5]", /^You may not transfer files here/],
    ["enabled = false", /^Files are switched off/],
  ])("sends nothing to those who may not transfer files (%s)", async (files, says) => {
    const { say, botSays, emulator, directory } = await stage({
      tables: `[transports.telegram.files]\n${files}`,
    });
    writeFileSync(join(directory, "a.md"), "words");
    say("/file get a.md");
    await botSays(says);
    expect(emulator.calls("sendDocument")).toEqual([]);
  });

  test("sends a folder as a zip, without links and what the rules deny, and says that it does", async () => {
    const { emulator, say, botSays, directory } = await stage();
    const docs = join(directory, "docs");
    mkdirSync(join(docs, "deep/.git"), { recursive: true });
    writeFileSync(join(docs, "a b.md"), "words ".repeat(1000));
    writeFileSync(join(docs, "deep/ü.txt"), "deeper");
    writeFileSync(join(docs, "deep/empty"), "");
    writeFileSync(join(docs, "deep/.git/config"), "secret");
    writeFileSync(join(docs, ".env"), "secret");
    symlinkSync("/etc/passwd", join(docs, "passwd"));
    say("/file get docs/");
    await botSays(/^Sending docs\.zip without 3 entries: links, and what deny_globs keeps back, are not sent\.$/);
    const sent = await emulator.waitFor(() =>
      emulator.messages(emulator.privateChatId).find(({ document }) => document),
    );
    expect(sent.document?.file_name).toBe("docs.zip");
    const bytes = await download(emulator, sent.document?.file_id ?? "");
    expect(filesOfZip(bytes)).toEqual({ "a b.md": "words ".repeat(1000), "deep/ü.txt": "deeper", "deep/empty": "" });
  });

  test("sends no folder that is too large", async () => {
    const { emulator, say, botSays, directory } = await stage();
    mkdirSync(join(directory, "big"));
    for (const name of ["a", "b"]) truncateSync(writeEmpty(join(directory, "big", name)), 26 * 1024 * 1024);
    say("/file get big");
    await botSays(/big has more than 50 MiB or 10000 files, the most that is sent: name a folder in it\./);
    expect(emulator.calls("sendDocument")).toEqual([]);
  });
});

async function download({ url, token }: Emulator, fileId: string): Promise<Buffer> {
  const { result } = (await (await fetch(`${url}/bot${token}/getFile?file_id=${fileId}`)).json()) as {
    result: { file_path: string };
  };
  return Buffer.from(await (await fetch(`${url}/file/bot${token}/${result.file_path}`)).arrayBuffer());
}

function writeEmpty(path: string): string {
  writeFileSync(path, "");
  return path;
}
