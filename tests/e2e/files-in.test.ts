import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";
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
