import { type Api, InputFile } from "grammy";
import { expect, test } from "vitest";
import type { Emulator } from "../../src/playground/emulator.ts";
import { clientOf, refusal, useEmulator } from "./harness.ts";

const current = useEmulator();

type Call = (api: Api, chat: number, emulator: Emulator) => Promise<unknown>;
const NOWHERE = 424_242;
const SMILE = "😀";

const link = (url: string) => ({ entities: [{ type: "text_link" as const, offset: 0, length: 2, url }] });
const bold = (offset: number, length: number) => ({ entities: [{ type: "bold" as const, offset, length }] });
const keyboard = (...row: object[]) => ({ reply_markup: { inline_keyboard: [row] } }) as never;

const refused: readonly (readonly [string, Call, number, string])[] = [
  ["an unknown chat", (api) => api.sendMessage(NOWHERE, "hi"), 400, "Bad Request: chat not found"],
  ["no chat", (api) => api.raw.sendMessage({ text: "hi" } as never), 400, "Bad Request: chat_id is empty"],
  ["no text", (api, chat) => api.sendMessage(chat, ""), 400, "Bad Request: message text is empty"],
  ["blank text", (api, chat) => api.sendMessage(chat, " \n "), 400, "Bad Request: text must be non-empty"],
  ["4097 units", (api, chat) => api.sendMessage(chat, "x".repeat(4097)), 400, "Bad Request: message is too long"],
  [
    "2049 characters of two units",
    (api, chat) => api.sendMessage(chat, SMILE.repeat(2049)),
    400,
    "Bad Request: message is too long",
  ],
  [
    "a caption of 1025 units",
    (api, chat) => api.sendDocument(chat, new InputFile(Buffer.from("x"), "x"), { caption: "x".repeat(1025) }),
    400,
    "Bad Request: message caption is too long",
  ],
  [
    "a parse mode, which this server leaves to entities",
    (api, chat) => api.sendMessage(chat, "<b>x</b>", { parse_mode: "HTML" }),
    400,
    "Bad Request: unsupported parse_mode",
  ],
  [
    "an entity past the end",
    (api, chat) => api.sendMessage(chat, "abc", bold(1, 3)),
    400,
    "Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 4",
  ],
  [
    "an entity that begins past the end",
    (api, chat) => api.sendMessage(chat, "abc", bold(4, 1)),
    400,
    "Bad Request: entity begins after the end of the text at UTF-16 offset 4",
  ],
  [
    "a negative offset",
    (api, chat) => api.sendMessage(chat, "abc", bold(-1, 1)),
    400,
    "Bad Request: receive an entity with incorrect offset -1",
  ],
  [
    "an entity that begins inside a surrogate pair",
    (api, chat) => api.sendMessage(chat, `${SMILE}b`, bold(1, 2)),
    400,
    "Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 4",
  ],
  [
    "an entity that ends inside a surrogate pair",
    (api, chat) => api.sendMessage(chat, `${SMILE}b`, bold(0, 1)),
    400,
    "Bad Request: entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4",
  ],
  [
    "a javascript link",
    (api, chat) => api.sendMessage(chat, "go", link("javascript:alert(1)")),
    400,
    "Bad Request: entity URL 'javascript:alert(1)' is invalid: Unsupported URL protocol",
  ],
  [
    "a relative link",
    (api, chat) => api.sendMessage(chat, "go", link("docs/a.md")),
    400,
    "Bad Request: entity URL 'docs/a.md' is invalid: Unsupported URL protocol",
  ],
  [
    "a local link",
    (api, chat) => api.sendMessage(chat, "go", link("http://localhost:80/")),
    400,
    "Bad Request: entity URL 'http://localhost:80/' is invalid: Wrong HTTP URL",
  ],
  [
    "button data of 65 bytes",
    (api, chat) => api.sendMessage(chat, "x", keyboard({ text: "b", callback_data: "ü".repeat(33) })),
    400,
    "Bad Request: BUTTON_DATA_INVALID",
  ],
  [
    "empty button data",
    (api, chat) => api.sendMessage(chat, "x", keyboard({ text: "b", callback_data: "" })),
    400,
    "Bad Request: BUTTON_DATA_INVALID",
  ],
  [
    "257 units to copy",
    (api, chat) => api.sendMessage(chat, "x", keyboard({ text: "b", copy_text: { text: "x".repeat(257) } })),
    400,
    "Bad Request: BUTTON_COPY_TEXT_INVALID",
  ],
  [
    "a button that does nothing",
    (api, chat) => api.sendMessage(chat, "x", keyboard({ text: "b" })),
    400,
    "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
  ],
  [
    "a reply to a missing message",
    (api, chat) => api.sendMessage(chat, "x", { reply_parameters: { message_id: 99 } }),
    400,
    "Bad Request: message to be replied not found",
  ],
  [
    "an unknown topic",
    (api, _, emulator) => api.sendMessage(emulator.groupId, "x", { message_thread_id: 99 }),
    400,
    "Bad Request: message thread not found",
  ],
  [
    "an edit of nothing",
    (api, chat) => api.editMessageText(chat, 99, "x"),
    400,
    "Bad Request: message to edit not found",
  ],
  [
    "a deletion of nothing",
    (api, chat) => api.deleteMessage(chat, 99),
    400,
    "Bad Request: message to delete not found",
  ],
  [
    "an edit of a person's message",
    (api, chat, emulator) =>
      api.editMessageText(chat, emulator.sendText({ chatId: chat, text: "mine" }).message_id, "yours"),
    400,
    "Bad Request: message can't be edited",
  ],
  [
    "a deletion of a person's message in a group",
    (api, _, { groupId, sendText }) =>
      api.deleteMessage(groupId, sendText({ chatId: groupId, text: "mine" }).message_id),
    400,
    "Bad Request: message can't be deleted",
  ],
  [
    "an answer to an unknown press",
    (api) => api.answerCallbackQuery("1"),
    400,
    "Bad Request: query is too old and response timeout expired or query ID is invalid",
  ],
  [
    "a command in capitals",
    (api) => api.setMyCommands([{ command: "Run", description: "x" }]),
    400,
    "Bad Request: BOT_COMMAND_INVALID",
  ],
  [
    "an unknown chat action",
    (api, chat) => api.sendChatAction(chat, "dancing" as never),
    400,
    "Bad Request: wrong parameter action in request",
  ],
  ["an unknown file", (api) => api.getFile("nope"), 400, "Bad Request: invalid file_id"],
  [
    "an empty file",
    (api, chat) => api.sendDocument(chat, new InputFile(Buffer.alloc(0), "empty.txt")),
    400,
    "Bad Request: file must be non-empty",
  ],
  [
    "an unknown method",
    (api) => (api.raw as never as { sendDance(): Promise<void> }).sendDance(),
    404,
    "Not Found: method not found",
  ],
  ["a wrong token", (_, __, emulator) => clientOf(emulator, "1:wrong").getMe(), 401, "Unauthorized"],
];

test.each(refused)("%s is refused", async (_, call, code, description) => {
  const { api, emulator } = current;
  const error = await refusal(call(api, emulator.privateChatId, emulator));
  expect([error.error_code, error.description]).toEqual([code, description]);
});

test("text of just 4096 units and data of just 64 bytes pass", async () => {
  const { api, emulator } = current;
  const buttons = keyboard({ text: "b", callback_data: "ü".repeat(32) });
  const sent = await api.sendMessage(emulator.privateChatId, ` ${"x".repeat(4096)}\n`, buttons);
  expect(sent.text).toHaveLength(4096);
});

test("whitespace around a text goes, and its entities move along", async () => {
  const { api, emulator } = current;
  const sent = await api.sendMessage(emulator.privateChatId, "\n\nbold  \n", {
    entities: [{ type: "bold", offset: 2, length: 7 }],
  });
  expect(sent).toMatchObject({ text: "bold", entities: [{ type: "bold", offset: 0, length: 4 }] });
});

test("an edit is refused while it changes nothing, and again once it is repeated", async () => {
  const { api, emulator } = current;
  const chat = emulator.privateChatId;
  const markup = keyboard({ text: "Stop", callback_data: "s" });
  const { message_id } = await api.sendMessage(chat, "same", markup);
  const unchanged = await refusal(api.editMessageText(chat, message_id, "same", markup));
  expect(unchanged.description).toContain("message is not modified: specified new message content");
  const edited = await api.editMessageText(chat, message_id, "same");
  expect(edited).not.toHaveProperty("reply_markup");
  const repeated = await refusal(api.editMessageText(chat, message_id, "same"));
  expect(repeated.description).toContain("message is not modified");
});

test("an edit past 4096 units is refused in the words of edits", async () => {
  const { api, emulator } = current;
  const { message_id } = await api.sendMessage(emulator.privateChatId, "x");
  const error = await refusal(api.editMessageText(emulator.privateChatId, message_id, "x".repeat(4097)));
  expect(error.description).toBe("Bad Request: MESSAGE_TOO_LONG");
});

test("a reply that may go without its message does", async () => {
  const { api, emulator } = current;
  const sent = await api.sendMessage(emulator.privateChatId, "x", {
    reply_parameters: { message_id: 99, allow_sending_without_reply: true },
  });
  expect(sent).not.toHaveProperty("reply_to_message");
});

test("a bot that was shut out may do nothing in that chat until it is let in again", async () => {
  const { api, emulator } = current;
  emulator.block(emulator.privateChatId);
  emulator.block(emulator.groupId);
  const blocked = await refusal(api.sendMessage(emulator.privateChatId, "x"));
  expect([blocked.error_code, blocked.description]).toEqual([403, "Forbidden: bot was blocked by the user"]);
  const kicked = await refusal(api.sendMessage(emulator.groupId, "x"));
  expect(kicked.description).toBe("Forbidden: bot was kicked from the supergroup chat");
  emulator.unblock(emulator.privateChatId);
  await expect(api.sendMessage(emulator.privateChatId, "x")).resolves.toMatchObject({ text: "x" });
});

test("every refused call is on record with its status and the reason", async () => {
  const { api, emulator } = current;
  await refusal(api.sendMessage(NOWHERE, "hi"));
  expect(emulator.calls("sendMessage")).toMatchObject([
    { payload: { chat_id: NOWHERE, text: "hi" }, status: 400, answer: "Bad Request: chat not found" },
  ]);
});
