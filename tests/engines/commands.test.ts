import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { host, openDriven } from "../helpers/driven.ts";
import { finish } from "../helpers/live-engine.ts";
import { noLog } from "../helpers/recordings.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { ownCommand, ownPath } from "./pinned.ts";

// opencode needs minutes on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let home: EnginesHome;
beforeAll(async () => {
  home = await makeEnginesHome();
});
afterAll(async () => {
  await host.close();
  await home?.[Symbol.asyncDispose]();
});

function engineOf(id: string) {
  const engine = engines.find((one) => one.id === id.replace(/^pi15$/, "pi"));
  if (engine === undefined) throw new Error(`no engine ${id}`);
  return engine;
}

test.each(["claude", "opencode", "pi", "pi15"] as const)(
  "%s lists the person's own commands, and carries one out",
  async (id) => {
    const engine = engineOf(id);
    const setup = {
      ...{ cwd: home.web, log: noLog, host, trusted: true },
      env: { PATH: ownPath(id), ...home.env },
      options: { cmd: ownCommand(id), interactive: true, ...(id === "claude" && { env: home.claudeEnv }) },
    };
    expect(await engine.operations.commands?.(setup)).toContain("greet-all");
    const run = openDriven(engine, { ...setup, prompt: "/greet-all Ann", isCommand: true });
    const { completed } = await finish(run);
    expect(completed).toMatchObject({ ok: true, answer: "Hello Ann" });
    expect(home.sentToModel()).toContain("[[say Hello Ann]]");
  },
);

test("codex has no commands that could be listed", () => {
  expect(engineOf("codex").operations.commands).toBeUndefined();
});
