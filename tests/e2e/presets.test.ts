import { describe, expect, test } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";
import { shell } from "../helpers/shell.ts";

const FACTS = "session\nmodel\neffort\ndone";
const tables = `
[presets.deep]
engine = "beta"
model = "large"
reasoning_effort = "high"
[presets.small]
model = "small"
[presets.gone]
sandbox = "read-only"
`;

const setUp = () => stage({ tables });

test("a preset decides engine, model and reasoning of a task, and its session keeps them", async () => {
  const { say, outcomeOf } = await setUp();
  const first = await outcomeOf(say(`/deep ${FACTS}`));
  expect(textOf(first)).toMatch(/^done · beta /);
  expect(textOf(first)).toContain("model=largeeffort=high");
  const second = await outcomeOf(say(FACTS, { replyTo: first.message_id }));
  expect(textOf(second)).toContain("model=largeeffort=high");
});

test("presets stack: a later one wins, and a reply may add one", async () => {
  const { say, outcomeOf } = await setUp();
  const first = await outcomeOf(say(`/deep /small ${FACTS}`));
  expect(textOf(first)).toContain("model=smalleffort=high");
  const other = await outcomeOf(say(`/deep ${FACTS}`));
  expect(textOf(await outcomeOf(say(`/small ${FACTS}`, { replyTo: other.message_id })))).toContain(
    "model=smalleffort=high",
  );
});

test("a session's own /model comes before its preset, and a preset before the chat's", async () => {
  const { say, outcomeOf, botSays } = await setUp();
  say("/model set of-chat");
  await botSays(/uses of-chat\.$/);
  const first = await outcomeOf(say(`/small ${FACTS}`));
  expect(textOf(first)).toContain("model=small");
  say("/model of-session", { replyTo: first.message_id });
  await botSays(/uses of-session\.$/);
  expect(textOf(await outcomeOf(say(FACTS, { replyTo: first.message_id })))).toContain("model=of-session");
});

test("a preset with a key that the engine lacks is refused, and so is one of another engine in a session", async () => {
  const { say, outcomeOf, botSays } = await setUp();
  expect(textOf(await outcomeOf(say(`/gone ${FACTS}`)))).toContain(
    "alpha has no sandbox, which the preset gone sets: choose another engine.",
  );
  const first = await outcomeOf(say(FACTS));
  say(`/deep ${FACTS}`, { replyTo: first.message_id });
  await botSays(/^This session is alpha's, and that preset is for beta: begin a new message\.$/);
});

test("a bare preset starts nothing", async () => {
  const { say, botSays } = await setUp();
  say("/small");
  await botSays(/^Nothing was started: add the task, as in \/small fix the tests\.$/);
});

describe("presets of a chat", () => {
  const chosen = async () => {
    const bridge = await setUp();
    const ask = (text: string, answer: RegExp) => {
      bridge.say(text);
      return bridge.botSays(answer);
    };
    return { ...bridge, ask };
  };

  test("are chosen by /agent, shown by /ctx, count for new sessions, and stay with those when they are taken back", async () => {
    const { say, outcomeOf, ask } = await chosen();
    await ask("/agent deep", /^New sessions of this chat use beta from now on, with the preset deep\.$/m);
    const shown = await ask("/ctx", /^Where this chat works/);
    expect(textOf(shown)).toMatch(/engine: beta \(chosen for this chat\)\n.*presets: deep \(chosen for this chat\)/);
    const first = await outcomeOf(say(FACTS));
    expect(textOf(first)).toContain("model=largeeffort=high");
    expect(textOf(await outcomeOf(say(`/small ${FACTS}`)))).toContain("model=smalleffort=high");
    await ask("/agent default", /^New sessions of this chat use alpha from now on\.$/m);
    expect(textOf(await outcomeOf(say(FACTS)))).not.toContain("effort=high");
    const kept = await outcomeOf(say(FACTS, { replyTo: first.message_id }));
    expect(textOf(kept)).toContain("model=largeeffort=high");
  });

  test("decide model and reasoning in /ctx, and /model says so to who chooses another model", async () => {
    const { ask } = await chosen();
    await ask("/agent deep", /with the preset deep/);
    const shown = textOf(await ask("/ctx", /^Where this chat works/));
    expect(shown).toContain("model: large (from the preset)");
    expect(shown).toContain("reasoning: high (from the preset)");
    await ask("/model other", /^Noted, but beta in this chat keeps using large, which its preset sets\.$/m);
    await ask("/reasoning low", /^Noted, but beta keeps thinking here at level high, which its preset sets\.$/m);
    await ask("/agent default", /^New sessions of this chat use alpha from now on\.$/m);
    await ask("/model beta", /^Model of beta in this chat: other \(chosen for this chat\)\.$/m);
  });

  test("that a session began with are in /ctx while the next message continues the session", async () => {
    const { say, outcomeOf, botSays } = await stage({ tables, telegram: 'session_mode = "chat"' });
    const first = await outcomeOf(say(`/small ${FACTS}`));
    say("/ctx");
    const shown = textOf(await botSays(/^Where this chat works/));
    expect(shown).toMatch(/presets: small \(the session began with them\)\n.*model: small \(from the preset\)/);
    say("/model of-session", { replyTo: first.message_id });
    await botSays(/uses of-session\.$/m);
    say("/ctx");
    await botSays(/model: of-session \(chosen for this session\)/);
  });

  test("are stacked and taken out by buttons; another engine takes back those of the first", async () => {
    const { say, outcomeOf, ask, press, emulator } = await chosen();
    const card = await ask("/agent", /^Engine of new sessions/);
    const isMarked = (label: string) => () => {
      const keyboard = emulator.message(card.chat.id, card.message_id)?.reply_markup?.inline_keyboard ?? [];
      return keyboard.flat().some(({ text }) => text === label) || undefined;
    };
    expect(await press(card, "/deep")).toBe("beta + deep");
    await emulator.waitFor(isMarked("✓ /deep"));
    expect(await press(card, "/small")).toBe("beta + deep + small");
    await emulator.waitFor(isMarked("✓ /small"));
    expect(textOf(await outcomeOf(say(FACTS)))).toContain("model=smalleffort=high");
    expect(await press(card, "alpha")).toBe("alpha + small");
    await emulator.waitFor(isMarked("/deep"));
    expect(textOf(await outcomeOf(say(FACTS)))).toContain("model=small");
    expect(await press(card, "/small")).toBe("alpha");
  });

  test("are chosen on the command line too, and a name that there is not is refused", async () => {
    const { say, outcomeOf, ask, directory } = await chosen();
    const takopi = shell({ directory });
    const set = await takopi("agent", "--presets", "deep,small", "--json");
    expect(JSON.parse(set.stdout)).toMatchObject({ engine: "beta", presets: ["deep", "small"] });
    expect(textOf(await outcomeOf(say(FACTS)))).toContain("model=smalleffort=high");
    const refused = await takopi("agent", "--presets", "nothing");
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining("There is no preset `nothing`.") });
    await ask("/agent nothing", /^There is no engine nothing here; there are alpha, beta\.$/);
    await ask("/agent alpha beta", /^That names two engines, alpha and beta: choose one of them\.$/);
  });
});
