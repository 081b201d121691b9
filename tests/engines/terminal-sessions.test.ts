import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { press } from "../helpers/asking.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { engineCommand } from "./pinned.ts";

vi.setConfig({ testTimeout: 3 * RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: EnginesHome;

beforeAll(async () => {
  home = await makeEnginesHome();
});
afterAll(() => home?.[Symbol.asyncDispose]());

const tables = () => ({
  pi: 'provider = "scripted"\nmodel = "m"',
  codex: 'sandbox = "read-only"',
  opencode: 'env_passthrough = ["OPENCODE_DISABLE_*"]',
  claude: `env = { ${Object.entries(home.claudeEnv)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    .join(", ")} }`,
});

const RESUME = /(?:codex resume|pi --session|opencode --session|claude --resume) \S+/;

/** What each engine tells of a session with one turn. */
const USED = {
  pi: /^model: scripted\/m\n1 turn, 1,020 tokens, \$0\.0022$/m,
  codex: /^model: gpt-5\.5\n1 turn, 120 tokens, 0% context$/m,
  opencode: /^model: scripted\/m\n1 turn, 1,020 tokens$/m,
  claude: /^model: scripted\n1 turn, 160 tokens, \$0\.00071$/m,
};

/** A bridge that knows of no session yet. */
const fresh = (id: keyof ReturnType<typeof tables>) =>
  stage({
    ...{ engines: engines.filter((one) => one.id === id), defaultEngine: id, env: home.env, waitMs: RUN_TIMEOUT_MS },
    tables: `[${id}]\ncmd = "${engineCommand(id)}"\n${tables()[id]}\n[projects.web]\npath = "${home.web}"`,
  });

test.each(["pi", "codex", "opencode", "claude"] as const)(
  "a session of %s that this bridge has never seen is listed, taken up and continued",
  async (id) => {
    const other = await fresh(id);
    const line = RESUME.exec(textOf(await other.outcomeOf(other.say("/web [[say One.]]"))))?.[0] ?? "none";
    await other.stop();
    const bridge = await fresh(id);
    bridge.say("/sessions all web");
    const list = await bridge.botSays(/^1\. /);
    expect(textOf(list)).toMatch(new RegExp(`^1\\. ${id} · web · \\d+s ago · `));
    await press(bridge, list, "1 Continue");
    const taken = await bridge.botSays(/^A reply to this continues the session/);
    expect(textOf(taken)).toContain(line);
    bridge.say("/show", { replyTo: taken.message_id });
    const told = textOf(await bridge.botSays(/^done · \w+ · web$/m));
    expect(told).toMatch(USED[id]);
    const next = await bridge.outcomeOf(bridge.say("[[say Two.]]", { replyTo: taken.message_id }));
    expect(textOf(next)).toMatch(/^done[\s\S]*Two\./);
    expect(RESUME.exec(textOf(next))?.[0]).toBe(line);
  },
);
