import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "@grammyjs/types";
import { expect, onTestFinished, test } from "vitest";
import { ControlClient } from "../../src/control/client.ts";
import type { Answered, ToldEvent } from "../../src/control/operation-handler.ts";
import { exitCodes } from "../../src/control/protocol.ts";
import { operations } from "../../src/operations/index.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { connectMcp } from "../helpers/mcp-client.ts";
import { wordsOf } from "../helpers/operation-words.ts";
import { shell } from "../helpers/shell.ts";

/** A folder for gates: a run waits until its file is there. */
function gates() {
  const folder = mkdtempSync(join(tmpdir(), "takopi-gate-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  return { path, open: (name: string) => writeFileSync(path(name), "") };
}

const json = async (answer: Promise<{ stdout: string }>) => JSON.parse((await answer).stdout);

test("every example is taken by the command line and by the chat, whatever comes of it", async () => {
  const { directory, say, emulator } = await stage();
  const takopi = shell({ directory });
  for (const operation of operations) {
    for (const example of operation.examples as readonly Record<string, unknown>[]) {
      const words = wordsOf(operation, example);
      const { code, stderr } = await takopi(operation.name, ...words);
      expect([operation.name, words, stderr, code === 2]).toEqual([operation.name, words, stderr, false]);
      expect(Object.values({ ok: 0, ...exitCodes })).toContain(code);
      const answered = emulator.calls("sendMessage").length;
      say(`/${operation.name} ${words.join(" ")}`);
      await emulator.waitFor(() => emulator.calls("sendMessage").length > answered);
    }
  }
});

test("waiting tasks are listed, moved and dropped, and run in the new order", async () => {
  const { directory, say, botSays, outcomeOf } = await stage({ tables: "[limits]\nparallel_runs = 1\n" });
  const { path, open } = gates();
  const takopi = shell({ directory });
  const first = say(`session\nuntil ${path("go")}\nanswer first\ndone`);
  await botSays(/^working/);
  for (const word of ["second", "third", "fourth"])
    await takopi("send", `session\nanswer ${word}\nnote ${path("order")} ${word}\ndone`);
  const before = await json(takopi("queue", "--json"));
  expect(before.waiting.map(({ prompt }: { prompt: string }) => prompt)).toEqual(
    ["second", "third", "fourth"].map((word) => expect.stringContaining(word)),
  );
  const moved = await json(takopi("queue", "move", "3", "1", "--json"));
  expect(moved.waiting[0].prompt).toContain("fourth");
  const dropped = await json(takopi("queue", "drop", "2", "--json"));
  expect(dropped.dropped).toHaveLength(1);
  expect(dropped.waiting.map(({ prompt }: { prompt: string }) => prompt.includes("third"))).toEqual([false, true]);
  say("/queue");
  expect(textOf(await botSays(/^1\. /))).toMatch(/fourth[\s\S]*third/);
  open("go");
  await outcomeOf(first);
  await botSays(/^done[\s\S]*third/);
  expect(readFileSync(path("order"), "utf8")).toBe("fourth\nthird\n");
  expect((await takopi("queue", "drop", "7")).code).toBe(4);
});

test("all runs of a chat are stopped at once", async () => {
  const { directory, say, botSays } = await stage();
  say("session\nhang");
  say("/beta session\nhang");
  await botSays(/^working · beta/);
  await botSays(/^working · alpha/);
  const ended = await json(shell({ directory })("cancel", "all", "--json"));
  const stopped = { run: expect.any(String), was: "running" };
  expect(ended).toEqual({ ended: [stopped, stopped] });
});

test("a run is followed to its end, from what it did before on", async () => {
  const { directory, say, botSays } = await stage();
  const { path, open } = gates();
  say(`session\nstep early\nuntil ${path("go")}\nstepped early\nanswer watched\ndone`);
  await botSays(/early/);
  const client = await ControlClient.connect(join(directory, "takopi.sock"), "1.0.0");
  onTestFinished(() => client.close());
  const told: ToldEvent[] = [];
  const onEvent = (event: unknown) => {
    told.push(event as ToldEvent);
    // The run goes on only when it is followed.
    if (told.length === 2) open("go");
  };
  const { text } = (await client.call({ operation: "watch", input: {}, onEvent })) as Answered;
  expect(told.slice(0, 3)).toMatchObject([
    { event: { type: "started", engine: "alpha" }, text: expect.stringMatching(/^alpha began session s/) },
    { event: { type: "action", phase: "started" }, text: "▸ early" },
    { event: { type: "action", phase: "completed" }, text: "✓ early" },
  ]);
  expect(told.at(-1)).toEqual({ event: expect.objectContaining({ type: "completed", ok: true, answer: "watched" }) });
  expect(text).toMatch(/^done · [\s\S]*watched$/);
  const { stdout } = await shell({ directory })("watch", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ type: "completed", ok: true, answer: "watched" });
});

test("a text is kept for the next turn of a session, and told only once", async () => {
  const { directory, say, outcomeOf, botSays } = await stage();
  const first = await outcomeOf(say("session\nanswer one\ndone"));
  say("/brief the tests need Node 22", { replyTo: first.message_id });
  await botSays(/Noted for the next turn/);
  const second = await outcomeOf(say("session\necho\ndone", { replyTo: first.message_id }));
  expect(textOf(second)).toContain("prompt=the tests need Node 22");
  const third = await outcomeOf(say("session\necho\ndone", { replyTo: first.message_id }));
  expect(textOf(third)).not.toContain("Node 22");
  expect((await shell({ directory })("brief", "nothing", "x")).code).toBe(4);
});

test("a command that clients cut is one command, with all of its text", async () => {
  const { say, outcomeOf, botSays, emulator } = await stage();
  const first = await outcomeOf(say("session\nanswer one\ndone"));
  const head = `/brief ${"x".repeat(4089)}`;
  const chatId = emulator.privateChatId;
  const [, tail] = emulator.sendBatch([
    { chatId, text: head, replyTo: first.message_id },
    { chatId, text: "the tail" },
  ]);
  await botSays(/Noted for the next turn/);
  const second = await outcomeOf(say("session\necho\ndone", { replyTo: first.message_id }));
  expect(textOf(second)).toContain(`${"x".repeat(4089)}the tail`);
  const isToTail = (one: Message) => one.reply_to_message?.message_id === tail?.message_id;
  expect(emulator.messages(chatId).filter(isToTail)).toEqual([]);
});

test("a task runs in each project, and one summary comes when all have ended", async () => {
  const { path, open } = gates();
  const folder = path(".");
  const tables = ["web", "api"].map((name) => `[projects.${name}]\npath = "${folder}"\n`).join("");
  const { say, botSays, emulator } = await stage({ tables });
  say(`/each web,api session\nuntil ${path("go")}\nanswer ok\ndone`);
  await botSays(/A summary comes/);
  const running = () =>
    emulator.messages(emulator.privateChatId).filter((one) => /^(starting|working) · /.test(textOf(one)));
  await emulator.waitFor(() => running().length === 2);
  open("go");
  expect(textOf(await botSays(/^All 2 are done/))).toMatch(/web · done[\s\S]*api · done/);
  say("/each web,nowhere x");
  await botSays(/There is no project nowhere/);
});

test("a session is found by its name, its id and the beginning of either, and several are listed", async () => {
  const { directory, say, outcomeOf, botSays, store } = await stage();
  const takopi = shell({ directory });
  for (const name of ["login bug", "login page"]) {
    const done = await outcomeOf(say("session\nanswer ok\ndone"));
    say(`/name ${name}`, { replyTo: done.message_id });
    await botSays(new RegExp(`is named ${name}`));
  }
  const named = await json(takopi("show", "login b", "--json"));
  expect(named.name).toBe("login bug");
  const byId = await json(takopi("show", named.session, "--json"));
  expect(byId.run).toBe(named.run);
  const both = await takopi("show", "login");
  expect(both).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/Several begin with login: login bug, login page/),
  });
  say("/show login");
  await botSays(/^Several begin with login: login bug, login page/);
  const client = await connectMcp(directory);
  expect(await client.callTool({ name: "show", arguments: { run: "login" } })).toMatchObject({
    structuredContent: { error: { code: "usage", message: expect.stringContaining("login bug, login page") } },
  });
  const sent = await json(takopi("send", "--session", "login page", "--wait", "session\nanswer more\ndone", "--json"));
  expect(store().runs.get(sent.run)?.resume).not.toBe(named.session);
});

test("projects, engines and what the rules would answer are the same from the chat and the command line", async () => {
  const { path } = gates();
  const { directory, say, botSays } = await stage({
    tables: `[projects.web]\npath = "${path(".")}"\n[alpha]\ndeny = ["rm *"]\n`,
  });
  const takopi = shell({ directory });
  expect(await json(takopi("projects", "--json"))).toMatchObject([{ alias: "web", engine: "alpha", isTrusted: false }]);
  expect(await json(takopi("engines", "--json"))).toMatchObject([{ id: "alpha", version: "1.0.0" }, { id: "beta" }]);
  expect(await json(takopi("policy", "rm -r x", "--json"))).toMatchObject({ decision: "deny", rule: 'deny = "rm *"' });
  say("/policy rm -r x");
  await botSays(/^deny by deny = "rm \*"/);
  expect(existsSync(join(directory, "takopi.sock"))).toBe(true);
  expect(readFileSync(join(directory, "cli.toml"), "utf8")).not.toContain("alpha");
});
