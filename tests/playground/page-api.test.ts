import { request } from "node:http";
import { expect, test } from "vitest";
import { PAGE_KEY_HEADER, type PageEvent } from "../../src/playground/protocol.ts";
import { useEmulator } from "./harness.ts";

const current = useEmulator();
const keyOf = () => new URL(current.emulator.pageUrl).searchParams.get("key") ?? "";
const post = (path: string, body: unknown, headers: Record<string, string> = { [PAGE_KEY_HEADER]: keyOf() }) =>
  fetch(`${current.emulator.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
const hello = () => ({ chat_id: current.emulator.privateChatId, text: "hello" });

test("messages of the person reach the bot", async () => {
  const response = await post("/page/send", hello());
  expect(response.status).toBe(200);
  const { message } = (await response.json()) as { message: unknown };
  const [update] = await current.api.getUpdates();
  expect(update?.message).toEqual(message);
  expect(update?.message).toMatchObject({ text: "hello", from: { id: current.emulator.person.id } });
});

test("a long paste is split as Telegram's clients split it, and comes as one batch", async () => {
  await post("/page/send", { ...hello(), text: `${"x".repeat(4095)}😀${"y".repeat(100)}` });
  const updates = await current.api.getUpdates();
  expect(updates.map((update) => update.message?.text?.length)).toEqual([4095, 102]);
});

test("a press gets its answer as an event", async () => {
  const { api, emulator } = current;
  const sent = await api.sendMessage(emulator.privateChatId, "working", {
    reply_markup: { inline_keyboard: [[{ text: "Stop", callback_data: "s" }]] },
  });
  const events = await openEvents();
  const response = await post("/page/press", { chat_id: sent.chat.id, message_id: sent.message_id, data: "s" });
  const { press_id } = (await response.json()) as { press_id: string };
  await api.answerCallbackQuery(press_id, { text: "Stopped." });
  expect(await events.next("answer")).toEqual({ type: "answer", press_id, text: "Stopped." });
  events.close();
});

test("a file goes up from the page and down to it, as a download and nothing else", async () => {
  const { api, emulator } = current;
  const query = new URLSearchParams({ chat_id: `${emulator.privateChatId}`, name: "a <b>.html", caption: "see" });
  const html = "<script>alert(1)</script>";
  const up = await fetch(`${emulator.url}/page/upload?${query}`, {
    method: "POST",
    headers: { [PAGE_KEY_HEADER]: keyOf(), "content-type": "text/html" },
    body: html,
  });
  expect(up.status).toBe(200);
  const [update] = await api.getUpdates();
  expect(update?.message).toMatchObject({
    caption: "see",
    document: { file_name: "a <b>.html", mime_type: "text/html" },
  });
  const down = await fetch(`${emulator.url}/page/file/${update?.message?.document?.file_id}?key=${keyOf()}`);
  expect(await down.text()).toBe(html);
  expect(down.headers.get("content-type")).toBe("application/octet-stream");
  expect(down.headers.get("content-disposition")).toMatch(/^attachment;/);
});

test("the page is told all there is, and then each change", async () => {
  const { api, emulator } = current;
  await api.setMyCommands([{ command: "help", description: "what it can do" }]);
  emulator.sendText({ chatId: emulator.privateChatId, text: "before" });
  const events = await openEvents();
  expect(await events.next("hello")).toMatchObject({
    bot: { username: "takopi_playground_bot" },
    chats: [
      { id: emulator.privateChatId, type: "private", topics: [], commands: [{ command: "help" }] },
      { id: emulator.groupId, type: "supergroup", topics: [{ name: "backend" }, { name: "website" }] },
    ],
  });
  const { message_id } = await api.sendMessage(emulator.privateChatId, "quiet", { disable_notification: true });
  expect(await events.next("message")).toMatchObject({ message: { text: "quiet" }, silent: true });
  await api.editMessageText(emulator.privateChatId, message_id, "changed");
  expect(await events.next("edited")).toMatchObject({ message: { message_id, text: "changed" } });
  await api.sendChatAction(emulator.privateChatId, "typing");
  expect(await events.next("typing")).toEqual({ type: "typing", chat_id: emulator.privateChatId });
  await api.deleteMessage(emulator.privateChatId, message_id);
  expect(await events.next("deleted")).toEqual({ type: "deleted", chat_id: emulator.privateChatId, message_id });
  events.close();
});

test.each([
  ["an unknown chat", { chat_id: 1, text: "x" }],
  ["an empty text", { chat_id: 700_100_100, text: "  " }],
  ["a reply to a missing message", { chat_id: 700_100_100, text: "x", reply_to_message_id: 9 }],
  ["an unknown topic", { chat_id: 700_100_100, text: "x", message_thread_id: 9 }],
  ["no text", { chat_id: 700_100_100 }],
])("%s is an error that the page can show", async (_, body) => {
  const response = await post("/page/send", body);
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ error: expect.stringMatching(/\w/) });
  expect(current.emulator.waitingUpdates()).toBe(0);
});

test.each<[string, () => Record<string, string>]>([
  ["without the key", () => ({})],
  ["with a wrong key", () => ({ [PAGE_KEY_HEADER]: "wrong" })],
  ["from another site", () => ({ [PAGE_KEY_HEADER]: keyOf(), origin: "https://evil.example" })],
  ["under a name that was bound to this address", () => ({ [PAGE_KEY_HEADER]: keyOf(), host: "evil.example" })],
])("a request %s is refused", async (_, headers) => {
  expect(await rawPost("/page/send", hello(), headers())).toBe(403);
  expect(current.emulator.waitingUpdates()).toBe(0);
});

test("a request of the page's own origin passes", async () => {
  const headers = { [PAGE_KEY_HEADER]: keyOf(), origin: current.emulator.url };
  expect(await rawPost("/page/send", hello(), headers)).toBe(200);
});

test("the page comes with a policy that lets nothing else in, and no file beside its own", async () => {
  const page = await fetch(current.emulator.pageUrl);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toContain("text/html");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  for (const path of ["/..%2femulator.ts", "/main.ts", "/tsconfig.json", "/page/../../package.json", "/nothing.js"]) {
    expect((await fetch(`${current.emulator.url}${path}`)).status).toBe(404);
  }
});

/** `fetch` sets host and origin itself. */
function rawPost(path: string, body: unknown, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${current.emulator.url}${path}`, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    outgoing.on("error", reject);
    outgoing.end(JSON.stringify(body));
  });
}

async function openEvents() {
  const hangUp = new AbortController();
  const { signal } = hangUp;
  const response = await fetch(`${current.emulator.url}/page/events?key=${keyOf()}`, { signal });
  const events = readEvents(response);
  const next = async (type: PageEvent["type"]): Promise<PageEvent> => {
    for (;;) {
      const { value } = await events.next();
      if (value === undefined) throw new Error(`The events ended before "${type}".`);
      if (value.type === type) return value;
    }
  };
  return { next, close: () => hangUp.abort() };
}

async function* readEvents(response: Response): AsyncGenerator<PageEvent, undefined> {
  let rest = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = (rest + chunk).split("\n\n");
    rest = parts.pop() ?? "";
    for (const part of parts) if (part.startsWith("data: ")) yield JSON.parse(part.slice(6));
  }
  return undefined;
}
