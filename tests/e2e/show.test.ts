import { expect, test } from "vitest";
import type { SessionUsage } from "../../src/domain/run.ts";
import { EngineError } from "../../src/errors.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";

/** A bridge whose engine has a session of a terminal, and tells this of it. */
function withTerminal(usage: () => Promise<SessionUsage>) {
  const alpha = scriptedEngine("alpha");
  const sessions = async () => [{ session: "of-terminal", title: "A terminal's", at: 1 }];
  return stage({ engines: [{ ...alpha, operations: { ...alpha.operations, sessions, usage } }] });
}

async function showTaken(usage: () => Promise<SessionUsage>): Promise<string> {
  const bridge = await withTerminal(usage);
  bridge.say("/continue of-terminal");
  const taken = await bridge.botSays(/^A reply to this continues the session/);
  bridge.say("/show", { replyTo: taken.message_id });
  return textOf(await bridge.botSays(/^done · alpha/));
}

test("/show tells what the engine knows of a session that began in a terminal", async () => {
  const told = await showTaken(async () => ({
    model: "large",
    turns: 3,
    tokens: 1500,
    costUsd: 0.5,
    contextFill: 0.2,
  }));
  expect(told).toBe(
    "done · alpha\nmodel: large\n3 turns, 1,500 tokens, $0.50, 20% context\n\nalpha resume of-terminal",
  );
});

test.each([
  ["does not tell", async () => ({})],
  ["fails to tell", () => Promise.reject(new EngineError("The file is gone."))],
])("/show leaves the line out if the engine %s", async (_, usage) => {
  expect(await showTaken(usage)).toBe("done · alpha\n\nalpha resume of-terminal");
});

test("of a session that began here its own runs count, and the engine names the model", async () => {
  const bridge = await withTerminal(async () => ({ model: "large", turns: 9, tokens: 9 }));
  const done = await bridge.outcomeOf(bridge.say("session\nanswer ok\ncost 0.25\ndone"));
  bridge.say("/show", { replyTo: done.message_id });
  const told = textOf(await bridge.botSays(/^model: large$/m));
  expect(told).toContain("1 turn, 1,234 tokens, $0.25");
});
