import { join } from "node:path";
import { expect, test } from "vitest";
import { command as doctor } from "../../src/cli/doctor.ts";
import { call } from "../cli/calling.ts";
import { type Stage, stage } from "../helpers/bridge.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";

const look = ({ directory }: Stage) => call(doctor, directory, "--running", "--config", join(directory, "takopi.toml"));

test("doctor --running says whether a message sent now would reach a run", async () => {
  const setting = await stage({ engines: [scriptedEngine("pi")], defaultEngine: "pi" });
  await setting.outcomeOf(setting.say("session\nanswer on\ndone"));
  expect(await look(setting)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/bridge: ok \(pid \d+, since \S+; heard Telegram \d+ s ago\)/),
  });
  const mend = setting.emulator.fail("getUpdates", { type: "bad_gateway" }, 1000);
  setting.say("session\nanswer unheard\ndone");
  await setting.emulator.waitFor(() => setting.log.some(({ event }) => event === "poll.failed") || undefined);
  expect(await look(setting)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("getUpdates: the answer is no JSON"),
  });
  mend();
  await setting.stop();
  expect(await look(setting)).toMatchObject({ code: 1, stdout: expect.stringContaining("Start it with `takopi`") });
});
