import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "@grammyjs/types";
import { describe, expect, test } from "vitest";
import { buttonsOf } from "../helpers/asking.ts";
import { stage, textOf } from "../helpers/bridge.ts";

const TOPICS = '[transports.telegram.topics]\nenabled = true\nscope = "all"';
const WORK = "session\nmodel\neffort\ndone";

const engineOf = (message: Message) => / · (\w+) · /.exec(textOf(message))?.[1];
const sessionOf = (message: Message) => /(?:alpha|beta) resume \S+/.exec(textOf(message))?.[0];

/** A person who says one thing after the other and reads what replies to it. */
async function person(options: Parameters<typeof stage>[0] = {}) {
  const it = await stage(options);
  const { emulator, say } = it;
  const all = [emulator.privateChatId, emulator.groupId];
  emulator.setAdmin(emulator.groupId, emulator.person.id, true);
  const repliesTo = (id: number, chatId: number) =>
    emulator
      .messages(chatId)
      .filter(({ from, reply_to_message: to }) => from?.is_bot && to?.message_id === id)
      .filter((one) => !/^(starting|working|queued) · /.test(textOf(one)));
  /** The one reply to what is said. */
  const ask = async (text: string, more: { chatId?: number; threadId?: number; replyTo?: number } = {}) => {
    const chatId = more.chatId ?? emulator.privateChatId;
    const id = say(text, more);
    const reply = await emulator.waitFor(() => repliesTo(id, chatId).at(-1));
    asked.push({ id, chatId });
    return reply;
  };
  const asked: { id: number; chatId: number }[] = [];
  /** Nothing was answered twice. */
  const check = () => {
    expect(all.length).toBe(2);
    for (const { id, chatId } of asked) expect(repliesTo(id, chatId)).toHaveLength(1);
  };
  return { ...it, ask, check };
}

describe("settings in an odd order", () => {
  test("of a topic, then of its chat, then taken back", async () => {
    const { ask, check, emulator } = await person({ telegram: TOPICS, tables: '[projects.web]\npath = "."' });
    const chat = { chatId: emulator.groupId };
    const topic = { ...chat, threadId: emulator.topicIds[0] ?? 0 };
    await ask("/topic web", topic);
    await ask("/agent beta", topic);
    expect(textOf(await ask("/agent alpha", chat))).toMatch(/^New sessions of this chat use alpha/);
    expect(engineOf(await ask(WORK, topic))).toBe("beta");
    expect(textOf(await ask("/agent clear", topic))).toMatch(/^New sessions of this topic use alpha/);
    expect(engineOf(await ask(WORK, topic))).toBe("alpha");
    expect(textOf(await ask("/agent clear", topic))).toMatch(/^New sessions of this topic use alpha/);
    expect(textOf(await ask("/model set small", topic))).toMatch(/alpha in this topic uses small/);
    expect(textOf(await ask("/model set large", chat))).toMatch(/alpha in this chat uses large/);
    expect(textOf(await ask(WORK, topic))).toContain("model=small");
    expect(textOf(await ask("/model clear", topic))).toMatch(/alpha in this topic uses large/);
    expect(textOf(await ask(WORK, topic))).toContain("model=large");
    expect(textOf(await ask("/ctx clear", topic))).toMatch(/^New tasks of this topic run outside of projects/);
    expect(textOf(await ask(WORK, topic))).toMatch(/^This topic is bound to no project yet/);
    check();
  });

  test("of another engine than the present one, and of none", async () => {
    const { ask, check } = await person();
    expect(textOf(await ask("/model set beta small"))).toMatch(/beta in this chat uses small/);
    expect(textOf(await ask(WORK))).not.toContain("small");
    expect(textOf(await ask("/model beta"))).toMatch(/^Model of beta in this chat: small \(chosen for this chat\)/);
    expect(textOf(await ask("/model clear alpha"))).toMatch(/alpha in this chat uses its own model/);
    expect(textOf(await ask(`/beta ${WORK}`))).toContain("model=small");
    expect(textOf(await ask("/reasoning beta high"))).toMatch(/beta thinks here at level high/);
    expect(textOf(await ask("/reasoning gamma high"))).toMatch(/has no level gamma high/);
    expect(textOf(await ask("/agent gamma"))).toMatch(/^There is no engine gamma here; there are alpha, beta\.$/);
    check();
  });

  test.each(["/agent", "/model", "/reasoning", "/trigger", "/ctx"])(
    "%s set without a value shows what there is",
    async (name) => {
      const { ask, check } = await person();
      const shown = textOf(await ask(name));
      expect(textOf(await ask(`${name} set`))).toBe(shown);
      expect(textOf(await ask(`${name} show`))).toBe(shown);
      check();
    },
  );

  test.each([
    ["/ctx set wbe", /^There is no project wbe; there are web\. Did you mean web\?/],
    ["/ctx set @feat", /^Name the project, too/],
    ["/trigger sometimes", /^Write \/trigger all, \/trigger mentions or \/trigger clear\.$/],
    ["/new", /^Every message begins a new session here already/],
  ])("%s is answered in one sentence", async (text, says) => {
    const { ask, check } = await person({ tables: '[projects.web]\npath = "."' });
    expect(textOf(await ask(text))).toMatch(says);
    check();
  });
});

describe("a chat that goes on by itself", () => {
  const chat = { telegram: 'session_mode = "chat"' };

  test("keeps a session for each engine, and a reply finds the old one after a switch", async () => {
    const { ask, check } = await person(chat);
    const first = await ask(WORK);
    await ask("/agent beta");
    const second = await ask(WORK);
    expect(engineOf(second)).toBe("beta");
    expect(sessionOf(await ask(WORK, { replyTo: first.message_id }))).toBe(sessionOf(first));
    expect(sessionOf(await ask(WORK))).toBe(sessionOf(second));
    await ask("/agent clear");
    expect(sessionOf(await ask(WORK))).toBe(sessionOf(first));
    await ask("/new");
    const anew = await ask(WORK);
    expect(sessionOf(anew)).not.toBe(sessionOf(first));
    expect(sessionOf(await ask(`/beta ${WORK}`))).not.toBe(sessionOf(second));
    check();
  });

  test("keeps a session for each person of a group, and /new concerns one's own", async () => {
    const from = { id: 77, is_bot: false, first_name: "Bea" };
    const { emulator, say, outcomeOf, botSays } = await stage({ ...chat, allowed: [from.id] });
    const chatId = emulator.groupId;
    const session = async (more = {}) => sessionOf(await outcomeOf(say(WORK, { chatId, ...more }), chatId));
    const [mine, theirs] = [await session(), await session({ from })];
    expect(theirs).not.toBe(mine);
    expect(await session({ from })).toBe(theirs);
    say("/new", { chatId, from });
    await botSays(/^The next message begins a new session/, chatId);
    expect(await session({ from })).not.toBe(theirs);
    expect(await session()).toBe(mine);
  });

  test("that was told to begin anew in mid-run does not go back to that run", async () => {
    const { ask, say, botSays, outcomeOf, directory } = await person(chat);
    const gate = join(directory, "go");
    const first = say(`session\nuntil ${gate}\ndone`);
    await botSays(/^working/);
    expect(textOf(await ask("/new"))).toMatch(/^The next message begins a new session/);
    const second = await ask(WORK);
    writeFileSync(gate, "");
    const old = await outcomeOf(first);
    expect(sessionOf(second)).not.toBe(sessionOf(old));
    expect(sessionOf(await ask(WORK))).toBe(sessionOf(second));
  });
});

test("buttons of settings that are pressed late or twice do what they say, once", async () => {
  const { ask, press, emulator } = await person();
  const shown = await ask("/agent");
  await press(shown, "beta");
  await ask("/agent alpha");
  const labels = () => buttonsOf(emulator.message(shown.chat.id, shown.message_id)).map(({ text }) => text);
  await emulator.waitFor(() => labels().includes("✓ beta"));
  expect(await press(shown, "beta")).toBe("beta");
  expect(textOf(await ask("/agent"))).toMatch(/in this chat: beta \(chosen for this chat\)/);
  await press(shown, "Default");
  await emulator.waitFor(() => labels().includes("✓ alpha"));
  expect(textOf(await ask("/agent"))).toMatch(/in this chat: alpha \(from the config\)/);
  expect(engineOf(await ask(WORK))).toBe("alpha");
});
