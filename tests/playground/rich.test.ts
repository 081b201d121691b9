import type { InputRichBlock } from "@grammyjs/types";
import { expect, test } from "vitest";
import { refusal, useEmulator } from "./harness.ts";

const current = useEmulator();

const send = (blocks: unknown[]) =>
  current.api.raw.sendRichMessage({
    chat_id: current.emulator.privateChatId,
    rich_message: { blocks: blocks as InputRichBlock<never>[] },
  });
const paragraph = (text: unknown = "x") => ({ type: "paragraph", text });
const cell = (text: string) => ({ text, align: "left", valign: "top" });
const nest = (levels: number): object =>
  levels === 1 ? paragraph() : { type: "blockquote", blocks: [nest(levels - 1)] };
const style = (levels: number): unknown => (levels === 0 ? "x" : { type: "bold", text: style(levels - 1) });

test("a rich message comes back with its blocks and without text", async () => {
  const blocks = [
    { type: "heading", size: 2, text: "Title" },
    paragraph(["see ", { type: "url", text: "docs", url: "https://example.com" }]),
    {
      type: "list",
      items: [
        { blocks: [paragraph()], has_checkbox: true },
        { blocks: [paragraph()], value: 2 },
      ],
    },
    { type: "table", cells: [[{ ...cell("a"), is_header: true }], [cell("b")]] },
    { type: "pre", text: "code", language: "ts" },
    { type: "divider" },
  ];
  const sent = await send(blocks);
  expect(sent).not.toHaveProperty("text");
  expect(sent.rich_message.blocks).toMatchObject(blocks);
  expect(sent.rich_message.blocks[2]).toMatchObject({ items: [{ label: "•" }, { label: "2." }] });
});

test("text that looks like a mail address is refused, unless nothing is looked for", async () => {
  const blocks = [paragraph("user@host.x")] as InputRichBlock<never>[];
  expect((await refusal(send(blocks))).description).toBe("Bad Request: RICH_MESSAGE_EMAIL_INVALID");
  const rich_message = { blocks, skip_entity_detection: true };
  await current.api.raw.sendRichMessage({ chat_id: current.emulator.privateChatId, rich_message });
});

const withinLimits: readonly (readonly [string, unknown[]])[] = [
  ["32,768 characters", [paragraph("😀".repeat(32_768))]],
  ["500 blocks", Array.from({ length: 500 }, () => paragraph())],
  ["16 levels of blocks", [nest(16)]],
  ["a block and 15 levels of formatting", [paragraph(style(15))]],
  ["20 columns", [{ type: "table", cells: [Array.from({ length: 20 }, () => cell("x"))] }]],
];
test.each(withinLimits)("%s pass", async (_, blocks) => {
  const sent = await send(blocks);
  expect(sent.rich_message.blocks).toHaveLength(blocks.length);
});

const beyond: readonly (readonly [string, unknown[], string])[] = [
  ["32,769 characters", [paragraph("x".repeat(32_769))], "rich message is too long"],
  [
    "a formula that fills the message",
    [{ type: "mathematical_expression", expression: "x".repeat(32_769) }],
    "rich message is too long",
  ],
  ["501 blocks", Array.from({ length: 501 }, () => paragraph()), "rich message has too many blocks"],
  [
    "a list of 250 items, which are 501 blocks with it",
    [{ type: "list", items: Array.from({ length: 250 }, () => ({ blocks: [paragraph()] })) }],
    "rich message has too many blocks",
  ],
  ["17 levels of blocks", [nest(17)], "rich message is nested too deeply"],
  ["a block and 16 levels of formatting", [paragraph(style(16))], "rich message is nested too deeply"],
  ["21 columns", [{ type: "table", cells: [Array.from({ length: 21 }, () => cell("x"))] }], "too many columns"],
  ["no text at all", [{ type: "divider" }], "rich message must be non-empty"],
  [
    "a javascript link",
    [paragraph({ type: "url", text: "x", url: "javascript:alert(1)" })],
    "Unsupported URL protocol",
  ],
  ["a made-up block", [{ type: "iframe", text: "x" }], 'unsupported type "iframe"'],
  ["a made-up style", [paragraph({ type: "blink", text: "x" })], 'unsupported type "blink"'],
  ["a thinking block outside of drafts", [{ type: "thinking", text: "x" }], "drafts only"],
  [
    "button data of 65 bytes",
    [{ type: "buttons", buttons: [{ text: "b", callback_data: "x".repeat(65) }] }],
    "BUTTON_DATA_INVALID",
  ],
  ["a heading of size 7", [{ type: "heading", size: 7, text: "x" }], "heading size"],
];
test.each(beyond)("%s are refused", async (_, blocks, reason) => {
  const error = await refusal(send(blocks));
  expect(error.error_code).toBe(400);
  expect(error.description).toContain(reason);
});

test("raw markdown is refused, as only its sender can tell what is in it", async () => {
  const { api, emulator } = current;
  const error = await refusal(
    api.raw.sendRichMessage({ chat_id: emulator.privateChatId, rich_message: { markdown: "# x" } }),
  );
  expect(error.description).toContain("blocks only");
});

test("a text becomes rich by an edit, and text again", async () => {
  const { api, emulator } = current;
  const chat_id = emulator.privateChatId;
  const { message_id } = await api.sendMessage(chat_id, "plain");
  const rich_message = { blocks: [{ type: "paragraph" as const, text: "rich" }] };
  await api.raw.editMessageText({ chat_id, message_id, rich_message });
  expect(emulator.message(chat_id, message_id)).toMatchObject({ rich_message });
  expect(emulator.message(chat_id, message_id)).not.toHaveProperty("text");
  const same = await refusal(api.raw.editMessageText({ chat_id, message_id, rich_message }));
  expect(same.description).toContain("message is not modified");
  const plain = await api.editMessageText(chat_id, message_id, "plain");
  expect(plain).not.toHaveProperty("rich_message");
});

test("a person's reply to a rich message carries its blocks", async () => {
  const sent = await send([paragraph("resume me")]);
  const said = current.emulator.sendText({ chatId: sent.chat.id, text: "go on", replyTo: sent.message_id });
  expect(said.reply_to_message).toMatchObject({ rich_message: { blocks: [paragraph("resume me")] } });
});

test("a server from before rich messages knows none of their methods", async () => {
  const { api, emulator } = current;
  emulator.setRichMessages(false);
  const error = await refusal(send([paragraph()]));
  expect([error.error_code, error.description]).toEqual([404, "Not Found: method not found"]);
  const { message_id } = await api.sendMessage(emulator.privateChatId, "x");
  const rich_message = { blocks: [{ type: "paragraph" as const, text: "rich" }] };
  const edit = await refusal(api.raw.editMessageText({ chat_id: emulator.privateChatId, message_id, rich_message }));
  expect(edit.description).toBe("Bad Request: message text is empty");
});

test("a draft is shown until a message comes, and its stop button tells the bot", async () => {
  const { api, emulator } = current;
  const chat_id = emulator.privateChatId;
  await api.raw.sendMessageDraft({ chat_id, draft_id: 7, text: "thinking", can_stop: true });
  expect(emulator.draft(chat_id, 7)).toMatchObject({ text: "thinking", canStop: true });
  emulator.stopDraft(chat_id, 7);
  const [update] = await api.getUpdates();
  expect(update?.stopped_message_generation).toMatchObject({ chat: { id: chat_id }, draft_id: 7 });
  await api.sendMessage(chat_id, "the answer");
  expect(emulator.draft(chat_id, 7)).toBeUndefined();
  const error = await refusal(api.raw.sendMessageDraft({ chat_id: emulator.groupId, draft_id: 7, text: "x" }));
  expect(error.description).toContain("private chats only");
});
