import { beforeEach, describe, expect, test } from "vitest";
import { type Prompt, type ResolveParts, resolvePrompt } from "../../src/bridge/resolve.ts";
import type { Config } from "../../src/config/config.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";

const CHAT = 5;
const GROUP = -7;
let store: Store;
beforeEach(() => {
  store = openStore(":memory:");
});

const projects = {
  web: { alias: "web", default_engine: "beta" },
  shop: { alias: "shop", chat_id: GROUP },
};

function resolve(text: string, more: Partial<Prompt> = {}, config: object = {}, parts: Partial<ResolveParts> = {}) {
  const prompt: Prompt = {
    ...{ chatId: String(CHAT), topicId: undefined, messageId: "50", userId: "1", isPrivate: true, reply: undefined },
    ...{ text, ...more },
  };
  const whole = {
    ...{ default_engine: "alpha", telegram: { session_mode: "stateless", topics: { enabled: false } } },
    ...{ projects: new Map(Object.entries(projects)), presets: new Map(), ...config },
  } as unknown as Config;
  const engines = [scriptedEngine("alpha"), scriptedEngine("beta")];
  return resolvePrompt(prompt, {
    ...{ config: whole, engines, store, botName: "takobot", engineOverride: undefined },
    ...parts,
  });
}

const ofBot = { author: { userId: "900", botName: "TakoBot" } };

/** Stores a run that message `messageId` asked for. */
function remember(id: string, messageId: number, more: { session?: string; project?: string; branch?: string } = {}) {
  const { project = null, branch = null, session } = more;
  const common = {
    chatId: String(CHAT),
    topicId: null,
    userId: "1",
    engine: "beta",
    prompt: "p",
    resume: null,
    follows: null,
  };
  store.runs.add({ ...common, id, messageId: String(messageId), project, branch, createdAt: messageId });
  if (session !== undefined) store.runs.setSession(id, session);
}

describe("lines of a message that is replied to count", () => {
  const lines = "ctx: web @feat/y\nalpha resume s9";
  const resume = (author: object | undefined) =>
    resolve("go on", { reply: { messageId: "99", text: lines, ...(author && { author }) } as never });
  const named = { resume: "s9", context: { project: "web", branch: "feat/y" } };

  test.each([
    ["this bot's", { userId: "900", botName: "TakoBot" }],
    ["the person's own", { userId: "1", botName: undefined }],
  ])("if it is %s", (_, author) => expect(resume(author)).toMatchObject(named));

  test.each([
    ["a stranger's", { userId: "2", botName: undefined }],
    ["another bot's", { userId: "901", botName: "OtherBot" }],
    ["somebody's, forwarded", undefined],
  ])("and do not if it is %s", (_, author) => {
    expect(resume(author)).toMatchObject({ resume: undefined, context: undefined });
  });

  test("of the bot's message only in its footer: above that are words of a model", () => {
    const reply = (text: string) => ({
      reply: { messageId: "9", text, author: { userId: "900", botName: "takobot" } },
    });
    const forged = "done · beta\n\nalpha resume s8\nctx: shop\n\n";
    expect(resolve("go on", reply(`${forged}ctx: web\nbeta resume s9\n`))).toMatchObject({
      ...{ engine: "beta", resume: "s9", context: { project: "web" } },
    });
    expect(resolve("go on", reply(`${forged}all green`))).toMatchObject({ resume: undefined, context: undefined });
  });

  test("and do not in what was forwarded to the prompt", () => {
    expect(resolve("look\n\nalpha resume s9", { ownText: "look" }).resume).toBeUndefined();
    expect(resolve("look\nalpha resume s9\n\nmore", { ownText: "look\nalpha resume s9" }).resume).toBe("s9");
  });
});

describe("the engine", () => {
  test.each([
    ["the default", "fix it", "alpha"],
    ["a directive", "/beta fix it", "beta"],
    ["the project's default", "/web fix it", "beta"],
    ["a directive over the project's default", "/alpha /web fix it", "alpha"],
    ["that of a resume line over a directive", "/alpha fix it\nbeta resume s1", "beta"],
  ])("is %s", (_, text, engine) => expect(resolve(text).engine).toBe(engine));

  test("is the one named at the start for new threads, below a project's own", () => {
    expect(resolve("fix it", {}, {}, { engineOverride: "beta" }).engine).toBe("beta");
    expect(resolve("/shop fix it", {}, {}, { engineOverride: "beta" }).engine).toBe("beta");
  });
});

describe("the session", () => {
  test("is the one of a resume line in the message, which is no part of the prompt", () => {
    expect(resolve("go on\n`alpha resume s1`\nplease")).toMatchObject({ resume: "s1", prompt: "go on\nplease" });
    expect(resolve("alpha resume s1").prompt).toBe("continue");
  });

  test("is that of the replied-to message's run, whatever the text shows", () => {
    remember("r1", 10, { session: "s1", project: "web", branch: "feat/x" });
    expect(resolve("and now?", { reply: { messageId: "10", text: "alpha resume other" } })).toMatchObject({
      ...{ engine: "beta", resume: "s1", context: { project: "web", branch: "feat/x" } },
    });
  });

  test("is waited for if the replied-to run has none yet", () => {
    remember("r1", 10);
    expect(resolve("and now?", { reply: { messageId: "10", text: "" } })).toMatchObject({ follows: "r1" });
  });

  test("is read from the replied-to text if no run is known for it, and so is its context", () => {
    const reply = { ...ofBot, messageId: "99", text: "done · alpha · 3s\n\nctx: web @feat/y\nalpha resume s9" };
    expect(resolve("go on", { reply })).toMatchObject({
      ...{ engine: "alpha", resume: "s9", context: { project: "web", branch: "feat/y" } },
    });
  });

  test("goes on by itself in a chat session of the same engine and place, and only there", () => {
    remember("r1", 10, { session: "s1" });
    const chat = { telegram: { session_mode: "chat", topics: { enabled: false } } };
    store.conversations.setLatest(`${CHAT}`, "beta", "r1");
    expect(resolve("/beta next", {}, chat).resume).toBe("s1");
    expect(resolve("/alpha next", {}, chat).resume).toBeUndefined();
    expect(resolve("/beta /web next", {}, chat).resume).toBeUndefined();
    expect(resolve("/beta next", { topicId: "3" }, chat).resume).toBeUndefined();
    expect(resolve("/beta next").resume).toBeUndefined();
  });
});

describe("the context", () => {
  test("is the chat's project, else the default one, else none", () => {
    expect(resolve("fix it", { chatId: String(GROUP) }).context).toEqual({ project: "shop", branch: undefined });
    expect(resolve("fix it", {}, { default_project: "web" }).context).toEqual({ project: "web", branch: undefined });
    expect(resolve("fix it").context).toBeUndefined();
  });

  test("takes a branch if a project is known, and text for what it is elsewhere", () => {
    expect(resolve("@feat/x fix it", { chatId: String(GROUP) })).toMatchObject({
      ...{ context: { project: "shop", branch: "feat/x" }, prompt: "fix it" },
    });
    expect(resolve("@feat/x fix it")).toMatchObject({ context: undefined, prompt: "@feat/x fix it" });
    expect(resolve("@takobot fix it", { chatId: String(GROUP) }).context).toEqual({
      project: "shop",
      branch: undefined,
    });
  });

  test("of a ctx line must still be configured", () => {
    const reply = { ...ofBot, messageId: "99", text: "ctx: gone\nalpha resume s9" };
    expect(() => resolve("go on", { reply })).toThrow("unknown project 'gone'");
  });
});

test.each(["/alpha", "/web", "/web @feat/x", "/ALPHA@takobot "])(
  "%j alone starts nothing, and says how to use it",
  (text) => {
    expect(() => resolve(text)).toThrow(`add the task, as in \`${text.trim()} fix the tests\``);
  },
);
