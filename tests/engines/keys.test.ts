import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { engineCommand } from "./pinned.ts";

vi.setConfig({ testTimeout: 2 * RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: EnginesHome;

beforeAll(async () => {
  home = await makeEnginesHome();
  writeFileSync(join(home.env["HOME"] ?? "", "extra.md"), "Laid over its own config.");
});
afterAll(() => home?.[Symbol.asyncDispose]());

/** Keys that each engine takes, and the folder of its sessions. */
const keys = {
  claude: { table: 'ephemeral = true\nsystem_prompt = "You are claude the second."', sessions: ".claude/projects" },
  codex: {
    table: 'ephemeral = true\nsystem_prompt = "You are codex the second."\npersonality = "none"\nservice_tier = "flex"',
    sessions: ".codex/sessions",
  },
  pi: {
    table: `ephemeral = true\nsystem_prompt = "You are pi the second."
no_builtin_tools = true\nno_context_files = true\noffline = true\nprovider = "scripted"\nmodel = "m"`,
    sessions: ".pi/agent/sessions",
  },
  opencode: {
    table: 'system_prompt = "You are opencode the second."\nconfig = { instructions = ["~/extra.md"] }',
    sessions: undefined,
  },
} as const;

const cases = Object.keys(keys).flatMap((id) => [false, true].map((interactive) => [id, interactive] as const));

test.each(cases)("%s takes the keys of its table (interactive: %s)", async (id, interactive) => {
  const { table, sessions } = keys[id as keyof typeof keys];
  const env = id === "claude" ? `env = ${JSON.stringify(home.claudeEnv).replaceAll('":"', '" = "')}` : "";
  const { say, outcomeOf } = await stage({
    ...{ engines, defaultEngine: id, waitMs: RUN_TIMEOUT_MS, env: home.env },
    tables: `
[${id}]
cmd = "${engineCommand(id as keyof typeof keys)}"
interactive = ${interactive}
${table}
${env}
[projects.web]
path = "${home.web}"`,
  });
  const outcome = textOf(await outcomeOf(say(`/web [[say Done by ${id}, ${interactive}.]]`)));
  expect(outcome).toMatch(/^done/);
  expect(home.sentToModel()).toContain(`You are ${id} the second.`);
  if (id === "opencode") expect(home.sentToModel()).toContain("Laid over its own config.");
  if (sessions === undefined) return;
  expect(outcome).toContain("not kept: a reply begins a new session");
  expect(outcome).not.toMatch(/resume|--session/);
  const folder = join(home.env["HOME"] ?? "", sessions);
  const kept = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  expect(kept.filter((name) => name.endsWith(".jsonl"))).toEqual([]);
});
