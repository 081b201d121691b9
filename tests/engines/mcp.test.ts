import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { host, openDriven } from "../helpers/driven.ts";
import { finish } from "../helpers/live-engine.ts";
import { noLog } from "../helpers/recordings.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { makeHostileRepository } from "./hostile.ts";
import { startHttpPing } from "./http-ping.ts";
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

interface Setup {
  readonly interactive: boolean;
  readonly tool: string;
  readonly cwd: string;
  readonly mcp: object;
}

/** A run that has the model use a tool of the server `demo`; gives how it ended. */
async function playPing(id: (typeof rows)[number][0], setup: Setup) {
  const { interactive, tool, cwd, mcp } = setup;
  const engine = engines.find((one) => one.id === id);
  if (engine === undefined) throw new Error(`no engine ${id}`);
  const extra = { mcp, ...(id === "claude" && { env: home.claudeEnv }) };
  const run = openDriven(engine, {
    ...{ cwd, log: noLog, host, prompt: `[[tool ${tool} {}]]` },
    env: { PATH: ownPath(id), ...home.env },
    options: { cmd: ownCommand(id), interactive, ...extra },
  });
  async function* allowed() {
    for await (const event of run) {
      if (event.type === "question") await run.controls.answer(event.question.id, { type: "allow", scope: "once" });
      yield event;
    }
  }
  return (await finish(allowed())).completed;
}

// opencode gets the same variable both ways, and takes half a minute to start.
const rows = [
  ["claude", false, "mcp__demo__ping"],
  ["claude", true, "mcp__demo__ping"],
  ["codex", false, "mcp__demo__ping"],
  ["codex", true, "mcp__demo__ping"],
  ["opencode", false, "demo_ping"],
] as const;

test.each(rows)(
  "%s has the servers of `mcp`, and none of an untrusted repository (interactive: %s)",
  async (id, interactive, tool) => {
    const word = `heron-${id}-${interactive}`;
    const repository = makeHostileRepository(join(home.web, `${id}-${interactive}`));
    const setup = { interactive, tool, cwd: repository.path, mcp: serversFor(word) };
    expect(await playPing(id, setup)).toMatchObject({ ok: true });
    expect(home.sentToModel()).toContain(`pong ${word}`);
    expect(repository.ran()).toEqual([]);
  },
);

test.each(rows)(
  "%s has a server of `mcp` that is at a url and wants a header (interactive: %s)",
  async (id, interactive, tool) => {
    const word = `egret-${id}-${interactive}`;
    await using server = await startHttpPing("secret-of-the-test", word);
    const repository = makeHostileRepository(join(home.web, `${id}-${interactive}-url`));
    const mcp = { demo: { url: server.url, headers: { "x-ping-key": "secret-of-the-test" } } };
    const completed = await playPing(id, { interactive, tool, cwd: repository.path, mcp });
    expect(completed).toMatchObject({ ok: true });
    expect(home.sentToModel()).toContain(`pong ${word}`);
    expect(repository.ran()).toEqual([]);
  },
);
