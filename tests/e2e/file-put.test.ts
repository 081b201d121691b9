import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";
import { textDocument } from "../helpers/pictures.ts";

async function staged(files = "") {
  const it = await stage({ tables: `[transports.telegram.files]\n${files}\n[projects.web]\npath = "./web"` });
  mkdirSync(join(it.directory, "web"));
  const send = async (caption: string | undefined, says: RegExp, more = {}) => {
    const document = textDocument("notes.txt", caption ?? "none");
    it.emulator.sendDocument({ chatId: it.emulator.privateChatId, document, ...(caption && { caption }), ...more });
    return textOf(await it.botSays(says));
  };
  const read = (path: string) => readFileSync(join(it.directory, path), "utf8");
  return { ...it, send, read };
}

describe("/file put", () => {
  test("puts a document where its caption says, in a project, and starts nothing", async () => {
    const { send, read, store } = await staged();
    await send("/file put docs/a b.txt", /^Saved docs\/a b\.txt \(22 B\)\.$/);
    expect(read("docs/a b.txt")).toBe("/file put docs/a b.txt");
    await send("/file put /web src/", /^Saved src\/notes\.txt in web/);
    expect(read("web/src/notes.txt")).toBe("/file put /web src/");
    await send("/file put /web", /^Saved \.takopi\/files\/\S+-notes\.txt in web/);
    expect(store().runs.recent(5)).toEqual([]);
  });

  test("writes over a file only if told to", async () => {
    const { send, read, directory } = await staged();
    writeFileSync(join(directory, "old.txt"), "old");
    await send("/file put old.txt", /old\.txt is there already: --force/);
    expect(read("old.txt")).toBe("old");
    await send("/file put --force old.txt", /^Saved old\.txt/);
    expect(read("old.txt")).toBe("/file put --force old.txt");
    await send("/file put --now x", /--now is not known/);
    await send("/file put --force web", /web is there already, and is no file/);
    expect(readdirSync(directory).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("writes nothing elsewhere, through links, or against the rules", async () => {
    const { send, directory } = await staged();
    symlinkSync("/tmp", join(directory, "out"));
    symlinkSync(join(directory, "target"), join(directory, "link"));
    await send("/file put ../x", /must lead to something in the project/);
    await send("/file put out/x", /out is a link/);
    await send("/file put --force link", /link is there already, and is no file/);
    await send("/file put .git/hooks/post-commit", /denied by the rule/);
    await send("/file put sub/.env", /denied by the rule/);
    expect(existsSync(join(directory, "target"))).toBe(false);
    expect(existsSync(join(directory, ".git"))).toBe(false);
    await send("/file take x", /To store a file, send the file with the caption/);
  });

  test("takes an album into a folder, with one reply", async () => {
    const { emulator, botSays, read } = await staged();
    const part = (name: string, caption?: string) => ({
      ...{ chatId: emulator.privateChatId, document: textDocument(name, name), mediaGroupId: "9" },
      ...(caption && { caption }),
    });
    emulator.sendBatch([part("a.txt", "/file put docs"), part("b.txt")]);
    const told = textOf(await botSays(/Saved/));
    expect(told).toMatch(/docs\/a\.txt[\s\S]*docs\/b\.txt/);
    expect(read("docs/b.txt")).toBe("b.txt");
  });
});

test('auto_put_mode = "upload" stores what has no caption, and says how else', async () => {
  const { send, store } = await staged('auto_put_mode = "upload"');
  await send(undefined, /^Saved \.takopi\/files\/\S+-notes\.txt/);
  await send("read it", /Files are no tasks here: .*auto_put_mode = "prompt"/);
  expect(store().runs.recent(5)).toEqual([]);
});

test("auto_put = false takes files by the command alone", async () => {
  const { send, directory } = await staged("auto_put = false");
  await send(undefined, /Files are no tasks here: .*auto_put = true/);
  expect(existsSync(join(directory, ".takopi/files"))).toBe(false);
  await send("/file put x.txt", /^Saved x\.txt/);
});
