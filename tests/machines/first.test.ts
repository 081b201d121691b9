import { expect, test } from "vitest";
import { textOf } from "../helpers/bridge.ts";
import { stageMachines } from "./stage.ts";

test("a task of a project on another machine runs there, shows its steps and answers; a reply resumes there", async () => {
  const { say, botSays, outcomeOf, worker } = await stageMachines();
  const id = say(`/api session\nstep looking\nuntil ${worker.directory}/go\nwhere\nanswer the end\ndone`);
  await botSays(/▸ looking/);
  say(`/api session\nsave ${worker.directory}/go now\ndone`);
  const outcome = textOf(await outcomeOf(id));
  expect(outcome).toMatch(/^done · alpha/);
  expect(outcome).toContain(`cwd=${worker.directory}/api`);
  const again = textOf(await outcomeOf(say("session\nwhere\ndone", { replyTo: (await outcomeOf(id)).message_id })));
  expect(again).toContain(`cwd=${worker.directory}/api`);
  expect(again).toContain(/alpha resume \S+/.exec(outcome)?.[0]);
});

test("Stop reaches it, and nothing of it is left there", async () => {
  const { say, botSays, outcomeOf, press, worker } = await stageMachines();
  const id = say("/api session\ndeaf\norphan\nstep working\nhang");
  expect(await press(await botSays(/▸ working/), "Stop")).toBe("Stopping.");
  expect(textOf(await outcomeOf(id))).toMatch(/^cancelled · alpha/);
  expect(worker.log.filter(({ event }) => event === "worker.run_lost")).toEqual([]);
});
