import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { stage } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { connectMcp } from "../helpers/mcp-client.ts";
import { shell } from "../helpers/shell.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { engineCommand } from "./pinned.ts";
import { Thread } from "./thread.ts";

vi.setConfig({ testTimeout: RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: EnginesHome;

beforeAll(async () => {
  home = await makeEnginesHome();
});
afterAll(() => home?.[Symbol.asyncDispose]());

async function setUp() {
  const staged = await stage({
    ...{ engines, defaultEngine: "codex", waitMs: RUN_TIMEOUT_MS, env: home.env },
    tables: `[codex]
cmd = "${engineCommand("codex")}"
interactive = true
sandbox = "danger-full-access"
[projects.web]
path = "${home.web}"
`,
  });
  return { ...staged, takopi: shell(staged), thread: new Thread(staged, home.web) };
}

/** A task whose command waits for a file, once it is allowed. */
const held = (name: string) => `[[shell touch ${name}; until [ -e go-${name} ]; do sleep 0.05; done]]`;

test("a running turn is answered, steered and interrupted from a command line", async () => {
  const { takopi, thread, botSays } = await setUp();
  const sent = JSON.parse((await takopi("send", "web", held("by-cli"), "--json")).stdout);
  await thread.card();
  expect((await takopi("approvals")).stdout).toContain("touch by-cli");
  expect((await takopi("answer", "allow")).stdout).toContain("Allowing: ");
  await thread.exists("by-cli");
  expect(await takopi("steer", sent.run, "[[say Steered.]]")).toMatchObject({ code: 0, stderr: "" });
  writeFileSync(join(home.web, "go-by-cli"), "");
  await botSays(/^done · codex[\s\S]*Steered\./);

  const next = JSON.parse((await takopi("send", "--session", sent.run, held("cut-by-cli"), "--json")).stdout);
  await thread.card();
  expect((await takopi("answer", "allow")).code).toBe(0);
  await thread.exists("cut-by-cli");
  expect(await takopi("interrupt", next.run)).toMatchObject({ code: 0, stderr: "" });
  await botSays(/^cancelled · codex/);
});

test("a running turn is steered and interrupted by another agent, which can answer nothing", async () => {
  const { directory, thread, takopi, botSays } = await setUp();
  const allowed = '["send", "steer", "interrupt"]';
  const client = await connectMcp(directory, `[mcp]\nallow = ${allowed}\n`);
  const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
  const { structuredContent } = await call("send", { project: "web", prompt: held("by-mcp") });
  const { run } = structuredContent as { run: string };
  await thread.card();
  await expect(call("answer", { reply: "allow" })).rejects.toThrow(/answer/);
  expect((await takopi("answer", "allow")).code).toBe(0);
  await thread.exists("by-mcp");
  expect((await call("steer", { run, text: "[[say Steered by an agent.]]" })).isError).toBeUndefined();
  writeFileSync(join(home.web, "go-by-mcp"), "");
  await botSays(/^done · codex[\s\S]*Steered by an agent\./);

  const { structuredContent: next } = await call("send", { session: run, prompt: held("cut-by-mcp") });
  await thread.card();
  expect((await takopi("answer", "allow")).code).toBe(0);
  await thread.exists("cut-by-mcp");
  expect((await call("interrupt", { run: (next as { run: string }).run })).isError).toBeUndefined();
  await botSays(/^cancelled · codex/);
});
