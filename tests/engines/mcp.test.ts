import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { host, openDriven } from "../helpers/driven.ts";
import { finish } from "../helpers/live-engine.ts";
import { noLog } from "../helpers/recordings.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { makeHostileRepository } from "./hostile.ts";
import { ownCommand, ownPath } from "./pinned.ts";

// opencode needs minutes on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const program = fileURLToPath(new URL("../../fixtures/children/mcp-ping.mjs", import.meta.url));
const serversFor = (word: string) => ({ demo: { command: process.execPath, args: [program], env: { WORD: word } } });

let home: EnginesHome;
beforeAll(async () => {
  home = await makeEnginesHome();
});
afterAll(async () => {
  await host.close();
  await home?.[Symbol.asyncDispose]();
});

// opencode gets the same variable both ways, and takes half a minute to start.
test.each([
  ["claude", false, "mcp__demo__ping"],
  ["claude", true, "mcp__demo__ping"],
  ["codex", false, "mcp__demo__ping"],
  ["codex", true, "mcp__demo__ping"],
  ["opencode", false, "demo_ping"],
] as const)(
  "%s has the servers of `mcp`, and none of an untrusted repository (interactive: %s)",
  async (id, interactive, tool) => {
    const engine = engines.find((one) => one.id === id);
    if (engine === undefined) throw new Error(`no engine ${id}`);
    const word = `heron-${id}-${interactive}`;
    const repository = makeHostileRepository(join(home.web, `${id}-${interactive}`));
    const extra = { mcp: serversFor(word), ...(id === "claude" && { env: home.claudeEnv }) };
    const run = openDriven(engine, {
      ...{ cwd: repository.path, log: noLog, host, prompt: `[[tool ${tool} {}]]` },
      env: { PATH: ownPath(id), ...home.env },
      options: { cmd: ownCommand(id), interactive, ...extra },
    });
    async function* allowed() {
      for await (const event of run) {
        if (event.type === "question") await run.controls.answer(event.question.id, { type: "allow", scope: "once" });
        yield event;
      }
    }
    const { completed } = await finish(allowed());
    expect(completed).toMatchObject({ ok: true });
    expect(home.sentToModel()).toContain(`pong ${word}`);
    expect(repository.ran()).toEqual([]);
  },
);
