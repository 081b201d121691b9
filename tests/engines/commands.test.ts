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

const ids = ["claude", "opencode", "pi", "pi15"] as const;

const setUp = (id: (typeof ids)[number], interactive: boolean) => ({
  ...{ cwd: home.web, log: noLog, host, trusted: true },
  env: { PATH: ownPath(id), ...home.env },
  options: { cmd: ownCommand(id), interactive, ...(id === "claude" && { env: home.claudeEnv }) },
});

test.each(ids)("%s lists the person's own commands", async (id) => {
  expect(await engineOf(id).operations.commands?.(setUp(id, true))).toContain("greet-all");
});

test.each(ids.flatMap((id) => [[id, false] as const, [id, true] as const]))(
  "%s carries out one of the person's own commands (interactive: %s)",
  async (id, interactive) => {
    const name = `Ann-${id}-${interactive}`;
    const run = openDriven(engineOf(id), { ...setUp(id, interactive), prompt: `/greet-all ${name}`, isCommand: true });
    const { completed } = await finish(run);
    expect(completed).toMatchObject({ ok: true, answer: `Hello ${name}` });
    expect(home.sentToModel()).toContain(`[[say Hello ${name}]]`);
  },
);

test("codex has no commands that could be listed", () => {
  expect(engineOf("codex").operations.commands).toBeUndefined();
});
