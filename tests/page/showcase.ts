import type { Site } from "./harness.ts";

const FORMULA = "e^{i\\pi} + 1 = 0";

/** One message of every kind that the bot sends, in the private chat. */
export async function showEverything({ api, emulator }: Site): Promise<void> {
  const chat = emulator.privateChatId;
  await api.setMyCommands([
    { command: "cancel", description: "stop a run" },
    { command: "model", description: "choose the model" },
  ]);
  const asked = emulator.sendText({ chatId: chat, text: "fix the failing test" });
  const header = (text: string, footer: string) => ({
    text: `${text}\n\n${footer}`,
    entities: [{ type: "code" as const, offset: text.length + 2, length: footer.length }],
  });
  const progress = header("working · demo · 3s · step 1\n\n✓ ls\n▸ npm test", "demo --session 0b9f2c1e");
  await api.sendMessage(chat, progress.text, {
    entities: progress.entities,
    reply_parameters: { message_id: asked.message_id },
    reply_markup: { inline_keyboard: [[{ text: "Stop", callback_data: "stop", style: "danger" }]] },
  });
  const card = "demo wants to run\n\nnpm test\n\nin webshop";
  await api.sendMessage(chat, card, {
    entities: [{ type: "pre", offset: 19, length: 8, language: "sh" }],
    reply_markup: {
      inline_keyboard: [
        [
          { text: "Allow", callback_data: "a", style: "success" },
          { text: "Deny", callback_data: "d", style: "danger" },
        ],
        [{ text: "Allowed ✓", disabled: {} } as never],
      ],
    },
  });
  const cell = (text: string, is_header?: true) =>
    ({ text, align: "left", valign: "top", ...(is_header && { is_header }) }) as const;
  await api.sendRichMessage(chat, {
    blocks: [
      { type: "paragraph", text: "done · demo · 12s · step 3" },
      { type: "heading", size: 2, text: "What changed" },
      {
        type: "paragraph",
        text: ["A ", { type: "bold", text: "bold" }, " word, ", { type: "code", text: "code" }, "."],
      },
      { type: "list", items: [{ blocks: [{ type: "paragraph", text: "one" }] }] },
      { type: "pre", language: "ts", text: "const answer: number = 42; // why\nexport default `x`;" },
      { type: "pre", language: "diff", text: "@@ -1 +1 @@\n-const a = 1;\n+const a = 2;" },
      {
        type: "table",
        is_bordered: true,
        cells: [
          [cell("File", true), cell("Lines", true)],
          [cell("a.ts"), cell("12")],
        ],
      },
      { type: "mathematical_expression", expression: FORMULA },
      { type: "details", summary: "3 files", blocks: [{ type: "paragraph", text: "inside" }] },
      { type: "expandable_blockquote", text: "a long line of a quote\n".repeat(9) },
      { type: "paragraph", text: { type: "code", text: "demo --session 0b9f2c1e" } },
    ],
  });
  await api.sendMessage(chat, "error · demo · 2s\n\nThe model is overloaded.", {
    reply_markup: { inline_keyboard: [[{ text: "Try again", callback_data: "again" }]] },
  });
  await api.sendMessage(chat, "queued · demo · place 2");
  await api.sendMessage(chat, "cancelled · demo · 4s");
  emulator.sendText({ chatId: chat, text: "the very last" });
}
