import type { Message } from "@grammyjs/types";
import { describe, expect, test } from "vitest";
import { type StageOptions, stage, textOf } from "../helpers/bridge.ts";

const TOPICS = '[transports.telegram.topics]\nenabled = true\nscope = "all"';
const PROJECTS = '[projects.web]\npath = "."\n\n[projects.api]\npath = "."';

/** A forum group with two topics, in which the person is an administrator. */
async function forum(options: StageOptions = {}) {
  const own = await stage({ telegram: TOPICS, tables: PROJECTS, ...options });
  const { emulator } = own;
  const { groupId: group } = emulator;
  const [backend = 0, website = 0] = emulator.topicIds;
  emulator.setAdmin(group, emulator.person.id, true);
  return {
    ...own,
    ...{ group, backend, website },
    at: (threadId: number) => ({ chatId: group, threadId }),
    /** Names that topics were given, as calls. */
    named: () =>
      emulator.history
        .filter(({ method, status }) => /ForumTopic$/i.test(method) && status === 200)
        .map(({ method, payload }) => `${method} ${payload["name"]}`),
  };
}

const sessionIn = (message: Message) => /alpha resume (\S+)/.exec(textOf(message))?.[1] ?? "none";

describe("a topic", () => {
  test("that /topic bound has its title, and is one conversation over a restart", async () => {
    const { say, botSays, outcomeOf, backend, at, group, stop, start, named } = await forum();
    say("/topic web", at(backend));
    expect((await botSays(/^This topic is bound to web/, group)).message_thread_id).toBe(backend);
    expect(named()).toEqual(["editForumTopic web"]);
    const first = await outcomeOf(say("session\nanswer one\ndone", at(backend)), group);
    expect(textOf(first)).toContain("ctx: web");
    expect(first.message_thread_id).toBe(backend);
    await stop();
    start();
    const second = await outcomeOf(say("session\nanswer two\ndone", at(backend)), group);
    expect(sessionIn(second)).toBe(sessionIn(first));
    say("/new", at(backend));
    await botSays(/^The next message begins a new session/, group);
    const third = await outcomeOf(say("session\nanswer three\ndone", at(backend)), group);
    expect(sessionIn(third)).not.toBe(sessionIn(first));
    expect(textOf(third)).toContain("ctx: web");
  });

  test("of another topic is another conversation, and one task beside a bound one leaves the topic bound", async () => {
    const { say, botSays, outcomeOf, backend, website, at, group } = await forum();
    say("/topic web", at(backend));
    await botSays(/^This topic is bound to web/, group);
    say("/topic api", at(website));
    await botSays(/^This topic is bound to api/, group);
    const one = await outcomeOf(say("session\nanswer one\ndone", at(backend)), group);
    const other = await outcomeOf(say("session\nanswer other\ndone", at(website)), group);
    expect(textOf(other)).toContain("ctx: api");
    expect(sessionIn(other)).not.toBe(sessionIn(one));
    expect(textOf(await outcomeOf(say("/api session\nanswer once\ndone", at(backend)), group))).toContain("ctx: api");
    expect(textOf(await outcomeOf(say("session\nanswer again\ndone", at(backend)), group))).toContain("ctx: web");
  });

  test("that is bound to nothing says so once asked to work, and is bound by the first task that names a project", async () => {
    const { say, botSays, outcomeOf, backend, at, group, named, emulator } = await forum();
    say("fix it", at(backend));
    await botSays(/^This topic is bound to no project yet: \/topic web @branch binds it/, group);
    expect(textOf(await outcomeOf(say("/web session\nanswer one\ndone", at(backend)), group))).toContain("ctx: web");
    await emulator.waitFor(() => named().length > 0);
    expect(named()).toEqual(["editForumTopic web"]);
    expect(textOf(await outcomeOf(say("session\nanswer two\ndone", at(backend)), group))).toContain("ctx: web");
  });

  test("is made by /topic outside of one, found again, and made anew if somebody deleted it", async () => {
    const { say, botSays, outcomeOf, group, named, at, emulator } = await forum();
    say("/topic web @feat/x", { chatId: group });
    const made = textOf(await botSays(/^Made the topic/, group));
    const bound = await botSays(/^This topic is bound to web @feat\/x/, group);
    const threadId = bound.message_thread_id ?? 0;
    expect(made).toContain("web @feat/x");
    expect(named()).toEqual(["createForumTopic web @feat/x"]);
    say("/ctx", at(threadId));
    await botSays(/project: web @feat\/x \(chosen for this topic\)/, group);
    say("/topic web @feat/x", { chatId: group });
    await botSays(/^There is a topic for it already/, group);
    expect(named()).toHaveLength(1);
    emulator.deleteTopic(group, threadId);
    say("/topic web @feat/x", { chatId: group });
    await emulator.waitFor(() => named().length === 2);
    expect(named()[1]).toBe("createForumTopic web @feat/x");
    expect(textOf(await outcomeOf(say("answer out\ndone", { chatId: group }), group))).not.toContain("ctx: web");
  });

  test("keeps its title if the bot may not change it, which is told", async () => {
    const { say, botSays, backend, at, group, emulator } = await forum();
    emulator.setRights(group, { manageTopics: false });
    say("/topic web", at(backend));
    await botSays(/^This topic is bound to web.* Its title stays as it is: The bot may not manage topics here/, group);
    say("/topic api", { chatId: group });
    await botSays(/^The bot may not manage topics here: make it an administrator/, group);
  });
});

describe("/topic", () => {
  test("says which key keeps topics from being served", async () => {
    const off = await forum({ telegram: "" });
    off.say("/topic web", off.at(off.backend));
    await off.botSays(/^Topics are switched off: set transports\.telegram\.topics\.enabled = true/, off.group);
  });

  test("says so of a chat outside the scope", async () => {
    const main = await forum({ telegram: TOPICS.replace('"all"', '"main"') });
    main.say("/topic web", main.at(main.backend));
    await main.botSays(/since transports\.telegram\.topics\.scope is "main": "all" serves every chat/, main.group);
  });

  test("works in a private chat with Threaded Mode, and says how to switch it on in one without", async () => {
    const { say, botSays, outcomeOf, emulator } = await forum();
    say("/topic web");
    await botSays(/^This chat has no topics: .* Threaded Mode at @BotFather/);
    emulator.setThreadedMode(true);
    say("/topic web");
    const bound = await botSays(/^This topic is bound to web/);
    const threadId = bound.message_thread_id ?? 0;
    const first = await outcomeOf(say("session\nanswer one\ndone", { threadId }));
    const second = await outcomeOf(say("session\nanswer two\ndone", { threadId }));
    expect(textOf(first)).toContain("ctx: web");
    expect(sessionIn(second)).toBe(sessionIn(first));
  });

  test.each([
    ["/topic", /^Write what for, as in/],
    ["/topic wbe", /^There is no project wbe; there are web, api\. Did you mean web\?/],
    ["/topic web feat", /^Write the branch with an @ in front, as in @feat\.$/],
    ["/topic @feat", /^Name the project, too/],
    ["/topic web @x please", /^That is too much/],
  ])("%s is refused in one sentence", async (text, answer) => {
    const { say, botSays, group, backend, at } = await forum();
    say(text, at(backend));
    await botSays(answer, group);
  });
});

test("the general topic is the chat itself: answers go there without a thread, replies continue their run", async () => {
  const { say, outcomeOf, group, emulator } = await forum();
  const first = await outcomeOf(say("/web session\nanswer one\ndone", { chatId: group }), group);
  expect(first.is_topic_message).toBeUndefined();
  const second = await outcomeOf(say("session\nanswer two\ndone", { chatId: group, replyTo: first.message_id }), group);
  expect(sessionIn(second)).toBe(sessionIn(first));
  const threads = emulator.calls("sendMessage").map(({ payload }) => payload["message_thread_id"]);
  expect(threads.filter((id) => id !== undefined)).toEqual([]);
});
