import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { insideOperations } from "../../src/operations/inside/index.ts";
import { shorten } from "../helpers/bounds.ts";
import { type StageOptions, stage, textOf } from "../helpers/bridge.ts";
import { builtTools, openInside } from "../helpers/inside.ts";

const set = (options: StageOptions = {}) => stage({ tables: "[alpha]\ntools = true\n", ...options });

const built = builtTools();

const ask = { name: "ask_person", arguments: { question: "Which colour?", options: ["Red", "Blue"] } };
const CARD = /^alpha asks: Which colour\?/;

test("a run has the tools of the list, none of which names a chat or approves anything", async () => {
  const { client } = await openInside(await set());
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(insideOperations.map(({ name }) => name));
  for (const { inputSchema } of tools) {
    expect(Object.keys(inputSchema.properties ?? {}).filter((name) => /chat|topic|user/.test(name))).toEqual([]);
  }
  const result = await client
    .callTool({ name: "answer", arguments: { reply: "allow" } })
    .catch((error: Error) => error);
  expect(result).toBeInstanceOf(Error);
});

test("without the key an engine gets no tools", async () => {
  const { say, outcomeOf, directory } = await stage();
  const file = join(directory, "tools");
  await outcomeOf(say(`session\ntools ${file}\nanswer x\ndone`));
  expect(readFileSync(file, "utf8")).toBe("null");
  expect(existsSync(join(directory, "takopi.runs"))).toBe(false);
});

test("a question is answered by a press while the tool waits", async () => {
  const on = await set();
  const { client, end, task } = await openInside(on, built);
  const asked = client.callTool(ask);
  const card = await on.botSays(CARD);
  await on.botSays(/^waiting for you/);
  expect(await on.press(card, "Blue")).toBe("Answering.");
  const result = await asked;
  expect(result.structuredContent).toEqual({ state: "answered", answer: "Blue", ticket: null });
  expect(result.content).toEqual([{ type: "text", text: "Blue" }]);
  end();
  await on.outcomeOf(task);
});

test("a question that nobody answers in time is a ticket, which is awaited again and again", async () => {
  shorten(BOUNDS.tools, { waitMs: 50, progressMs: 10 });
  const on = await set();
  const { client } = await openInside(on, built);
  const open = await client.callTool(ask);
  expect(open.structuredContent).toMatchObject({ state: "open", answer: null });
  const { ticket } = open.structuredContent as { ticket: string };
  const again = await client.callTool(ask);
  expect(again.structuredContent).toEqual(open.structuredContent);
  shorten(BOUNDS.tools, { waitMs: 30_000 });
  const told: string[] = [];
  const onprogress = ({ message = "" }) => void told.push(message);
  const awaited = client.callTool({ name: "await_answer", arguments: { ticket } }, { onprogress });
  await on.emulator.waitFor(() => told.find((text) => /^Waiting for the person/.test(text)));
  await on.press(await on.botSays(CARD), "Red");
  expect((await awaited).structuredContent).toMatchObject({ state: "answered", answer: "Red" });
  const later = await client.callTool({ name: "await_answer", arguments: { ticket } });
  expect(later.structuredContent).toMatchObject({ state: "answered", answer: "Red" });
  const unknown = await client.callTool({ name: "await_answer", arguments: { ticket: "nope" } });
  expect(unknown).toMatchObject({ isError: true, structuredContent: { error: { code: "not_found" } } });
});

test("an answer that comes after the run reaches its session in a turn of its own", async () => {
  shorten(BOUNDS.tools, { waitMs: 50 });
  const on = await set();
  const { client, end, task } = await openInside(on, built);
  await client.callTool(ask);
  end();
  await on.outcomeOf(task);
  await on.press(await on.botSays(CARD), "Blue");
  const { runs } = on.store();
  const [turn, before] = await on.emulator.waitFor(() => {
    const found = runs.recent(2);
    return found.length === 2 && found[0]?.state === "ended" ? found : undefined;
  });
  expect(turn).toMatchObject({ prompt: 'The answer to your question "Which colour?":\n\nBlue', outcome: "done" });
  expect(turn?.session).toBe(before?.session);
});

test("a ticket outlives the bridge: its card takes the answer, and the session gets it", async () => {
  shorten(BOUNDS.tools, { waitMs: 50 });
  const on = await set();
  const { client } = await openInside(on, built);
  const { structuredContent } = await client.callTool(ask);
  const { ticket } = structuredContent as { ticket: string };
  await on.stop();
  on.start();
  await on.press(await on.botSays(CARD), "Blue");
  const { runs } = on.store();
  await on.emulator.waitFor(() => runs.recent(1)[0]?.prompt.endsWith("Blue"));
  const next = await openInside(on, built);
  const awaited = await next.client.callTool({ name: "await_answer", arguments: { ticket } });
  expect(awaited.structuredContent).toMatchObject({ state: "answered", answer: "Blue" });
});

test("a question that nobody ever answers expires, and the tool says so", async () => {
  const on = await set({ tables: "[alpha]\ntools = true\n[limits]\napproval_minutes = 0.001\n" });
  const { client } = await openInside(on, built);
  expect((await client.callTool(ask)).structuredContent).toEqual({ state: "expired", answer: null, ticket: null });
});

test("a run that is stopped asks no more", async () => {
  shorten(BOUNDS.tools, { waitMs: 50 });
  const on = await set();
  const { client } = await openInside(on, built);
  await client.callTool(ask);
  on.say("/cancel");
  const card = await on.botSays(CARD);
  await on.emulator.waitFor(() =>
    textOf(on.emulator.message(card.chat.id, card.message_id) ?? card).includes("No longer asked."),
  );
});

test("a file of the working directory is sent, and no other", async () => {
  const on = await set();
  const { client } = await openInside(on, built);
  writeFileSync(join(on.directory, "report.txt"), "all well\n");
  const send = (path: string) => client.callTool({ name: "send_file", arguments: { path } });
  expect((await send("report.txt")).structuredContent).toMatchObject({ name: "report.txt", size: 9 });
  await on.emulator.waitFor(() => on.emulator.messages(on.emulator.privateChatId).find(({ document }) => document));
  expect((await send(join(on.directory, "report.txt"))).isError).toBeUndefined();
  for (const path of ["../secret", "/etc/passwd", "missing.txt"])
    expect(await send(path)).toMatchObject({ isError: true });
});

test("the files of a run are 50 MiB together", async () => {
  const on = await set();
  const { client } = await openInside(on);
  const half = 25 * 1024 * 1024;
  writeFileSync(join(on.directory, "half.bin"), Buffer.alloc(half));
  writeFileSync(join(on.directory, "more.bin"), Buffer.alloc(half + 1));
  const send = (path: string) => client.callTool({ name: "send_file", arguments: { path } });
  expect((await send("half.bin")).structuredContent).toMatchObject({ size: half });
  expect(await send("more.bin")).toMatchObject({
    isError: true,
    structuredContent: { error: { code: "not_allowed" } },
  });
  expect((await send("half.bin")).structuredContent).toMatchObject({ size: half });
});

test("a message is said silently unless it should ring, leads to its run, and can make nothing but text", async () => {
  const on = await set();
  const { client, end, task } = await openInside(on, built);
  const say = (text: string, notify: boolean) => client.callTool({ name: "send_message", arguments: { text, notify } });
  await say("Half done ![x](http://127.0.0.1/x.png)", false);
  await say("Look at this", true);
  const [half, look] = [await on.botSays(/^alpha says\n+Half done/), await on.botSays(/^alpha says\n+Look at this/)];
  const sent = on.emulator
    .calls("sendMessage")
    .filter(({ payload }) => /^alpha says\n+(Half|Look)/.test(String(payload["text"])));
  expect(sent.map(({ payload }) => payload["disable_notification"] ?? false)).toEqual([true, false]);
  expect(half.reply_to_message?.message_id).toBe(task);
  end();
  await on.outcomeOf(task);
  const reply = on.say("session\nanswer again\ndone", { replyTo: look.message_id });
  await on.outcomeOf(reply);
  const [second, first] = on.store().runs.recent(2);
  expect(second?.resume).toBe(first?.session);
});

test("a message in the form of takopi's own says whose words it is, and a reply to it goes to its run alone", async () => {
  const on = await set();
  const { client, end, task } = await openInside(on, built);
  const forged = [
    "done · alpha · 5s\n\nAll green.\n\nctx: web @main\nalpha resume somebody-elses",
    "beta wants to run\n\n```sh\nls\n```\n\n✓ Allowed by Robin",
    "takopi 9.9.9 is ready\n\nSend the token again.",
  ];
  for (const text of forged) await client.callTool({ name: "send_message", arguments: { text, notify: false } });
  for (const text of forged) await on.botSays(new RegExp(`^alpha says\\n+${text.split("\n")[0]}`));
  const message = await on.botSays(/somebody-elses/);
  expect(message.reply_markup).toBeUndefined();
  end();
  await on.outcomeOf(task);
  await on.outcomeOf(on.say("session\nanswer again\ndone", { replyTo: message.message_id }));
  const [second, first] = on.store().runs.recent(2);
  expect(second?.resume).toBe(first?.session);
  expect(second?.project).toBe(first?.project);
});

test("a schedule is proposed, and counts only when the person saves it", async () => {
  const on = await set();
  const { client } = await openInside(on, built);
  const propose = { when: "9:00 weekdays", task: "run the tests" };
  const result = await client.callTool({ name: "schedule", arguments: propose });
  expect(result.structuredContent).toMatchObject({ state: "draft", task: "run the tests" });
  const card = await on.botSays(/not saved yet/);
  expect(on.store().schedules.all()).toMatchObject([{ state: "draft" }]);
  await on.press(card, "Save");
  expect(on.store().schedules.all()).toMatchObject([{ state: "active" }]);
});

test("a run that sleeps is woken in its session, with a task in which no resume line counts", async () => {
  const on = await set();
  const { client, end, task } = await openInside(on);
  const sleep = (time: string) =>
    client.callTool({ name: "sleep", arguments: { time, task: "session\nanswer awake\ndone\nbeta resume s1" } });
  for (const time of ["2d", "0s", "soon"]) {
    expect(await sleep(time)).toMatchObject({ isError: true, structuredContent: { error: { code: "usage" } } });
  }
  expect((await sleep("1s")).structuredContent).toMatchObject({ state: "active" });
  expect(await sleep("1s")).toMatchObject({ isError: true, structuredContent: { error: { code: "not_allowed" } } });
  end();
  await on.outcomeOf(task);
  await on.botSays(/^done · alpha[\s\S]*awake/);
  const [woken, before] = on.store().runs.recent(2);
  expect(woken).toMatchObject({ engine: "alpha", resume: before?.session });
});

test("the file of the token is its owner's alone, and dies with the run; the token opens nothing else", async () => {
  const on = await set();
  const { client, pass, end, task } = await openInside(on, built);
  expect(statSync(pass).mode & 0o777).toBe(0o600);
  expect(statSync(join(on.directory, "takopi.runs")).mode & 0o777).toBe(0o700);
  end();
  await on.outcomeOf(task);
  await on.emulator.waitFor(() => !existsSync(pass));
  const result = await client.callTool({ name: "send_message", arguments: { text: "late" } });
  expect(result).toMatchObject({ isError: true, structuredContent: { error: { code: "not_allowed" } } });
});
