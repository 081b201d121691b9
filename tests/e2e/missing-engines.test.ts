import { expect, test } from "vitest";
import { buttonsOf } from "../helpers/asking.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";

const missing = (id: string) => ({ ...scriptedEngine(id), probe: async () => ({ problems: [`no ${id}`] }) });

test("the menu, /help and /agent offer the engines that are installed, and say which are missing", async () => {
  const { say, botSays, emulator } = await stage({
    engines: [scriptedEngine("alpha"), missing("beta"), missing("gamma")],
  });
  await botSays(/beta \(not installed\)/);
  await emulator.waitFor(() => emulator.calls("deleteMyCommands").length === 1);
  const menu = JSON.stringify(emulator.calls("setMyCommands")[0]?.payload);
  expect(menu).toContain('"use engine: alpha"');
  expect(menu).not.toMatch(/"use engine: (beta|gamma)"/);
  say("/help");
  const help = textOf(await botSays(/^Send me a task/));
  expect(help).toMatch(
    /^Engines: \/alpha \(default here: alpha\)\s+Not installed: beta, gamma \(\/engines looks again\)$/m,
  );
  expect(help).not.toContain("/beta");
  say("/agent");
  const card = await botSays(/^Engine of new sessions/);
  expect(textOf(card)).toMatch(/Not installed: beta, gamma \(\/engines looks again\)\.$/);
  expect(buttonsOf(card).map(({ text }) => text)).toEqual(["✓ alpha", "‹ Settings"]);
  say("/agent beta");
  await botSays(/^New sessions of this chat use beta from now on\. It is not installed: \/engines looks again\.$/);
});

test("/engines finds an engine that was installed since the start, and /help offers it then", async () => {
  let isThere = false;
  const found = async () => (isThere ? { path: "/bin/beta", version: "1.0.0", problems: [] } : { problems: ["none"] });
  const { say, botSays } = await stage({
    engines: [scriptedEngine("alpha"), { ...scriptedEngine("beta"), probe: found }],
  });
  await botSays(/beta \(not installed\)/);
  isThere = true;
  say("/engines");
  await botSays(/^- beta · 1\.0\.0/m);
  say("/help");
  await botSays(/^Engines: \/alpha, \/beta \(default here: alpha\)$/m);
});
