import { expect, test } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import type { Engine } from "../../src/engine/contract.ts";
import { shorten } from "../helpers/bounds.ts";
import { type Stage, textOf } from "../helpers/bridge.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";
import { stageMachines, startWorker } from "./stage.ts";

/** Engines that have saved a session each, in whatever directory they are asked about; `cpu` answers when it likes. */
const saving = (title: string, wait: Promise<void> = Promise.resolve()): Engine[] =>
  ["alpha", "beta"].map((id) => {
    const engine = scriptedEngine(id);
    const sessions = async () => {
      await wait;
      return [{ session: `${id}-${title}`, title: `${title} of ${id}`, at: Date.now() }];
    };
    return { ...engine, operations: { ...engine.operations, sessions } };
  });

async function withTwo(cpu: Promise<void>) {
  const tables = '[projects.web]\nmachine = "cpu"\n';
  const on = await stageMachines({ engines: saving("here"), workerEngines: saving("there"), tables });
  const options = { name: "cpu", broker: on.broker.address, projects: ["web"], engines: saving("slow", cpu) };
  return { ...on, cpu: await startWorker(options) };
}

const listed = async ({ say, botSays }: Stage, matches: RegExp): Promise<string> => {
  say("/sessions all");
  return textOf(await botSays(matches));
};

test("the sessions of projects on other machines are listed and continued there", async () => {
  const on = await withTwo(Promise.resolve());
  const told = await listed(on, /slow of beta/);
  for (const title of [/here of alpha/, /api · \d+s ago · there of alpha/, /web · \d+s ago · slow of alpha/])
    expect(told).toMatch(title);
  on.say("/continue alpha-there");
  const adopted = await on.botSays(/^A reply to this continues the session/);
  const reply = textOf(await on.outcomeOf(on.say("session\nwhere\ndone", { replyTo: adopted.message_id })));
  expect(reply).toContain(`cwd=${on.worker.directory}/api`);
});

test("a machine that is gone is named once, and one that does not answer is waited for no longer than a look", async () => {
  let answer = () => {};
  const cpu = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const on = await withTwo(cpu);
  await on.leave();
  shorten(BOUNDS.machines, { lookMs: 200 });
  const told = await listed(on, /here of alpha/);
  answer();
  expect(told.match(/^gpu has been gone since \d\d:\d\d: try again when it is back\./gm)).toHaveLength(1);
  expect(told.match(/cpu did not answer within 0\.2 s: try again later\./g)).toHaveLength(1);
});
