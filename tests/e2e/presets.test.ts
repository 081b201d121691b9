import { expect, test, vi } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";

// Programs are started, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

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

test("what the engine lacks is refused, and a preset of another engine in a session too", async () => {
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
