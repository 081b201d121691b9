import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { makeHostileRepository } from "./hostile.ts";
import { ownCommand, ownPath, type PinnedEngineId } from "./pinned.ts";

vi.setConfig({ testTimeout: 2 * RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: EnginesHome;
let scratch: string;

beforeAll(async () => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), "takopi-tools-")));
  home = await makeEnginesHome();
});
afterAll(async () => {
  await home?.[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 20 });
});

interface Row {
  readonly pinned: PinnedEngineId;
  readonly engine: string;
  /** In front of the names of takopi's tools, as the model sees them. */
  readonly prefix: string;
  readonly way: "headless" | "live";
  readonly table?: () => string;
}

const claudeTable = () =>
  `use_api_billing = true\nenv = ${JSON.stringify(home.claudeEnv)
    .replace(/"(\w+)":/g, "$1 = ")
    .replaceAll('",', '", ')}`;
const piTable = () => 'provider = "scripted"\nmodel = "m"\napprovals = "ask"';
const withoutNet = 'env_passthrough = ["OPENCODE_DISABLE_*"]';
const bothWays = (row: Omit<Row, "way">): readonly Row[] => [
  { ...row, way: "headless" },
  { ...row, way: "live" },
];

const rows: readonly Row[] = [
  ...bothWays({ pinned: "claude", engine: "claude", prefix: "mcp__takopi__", table: claudeTable }),
  ...bothWays({ pinned: "codex", engine: "codex", prefix: "mcp__takopi__", table: () => 'sandbox = "read-only"' }),
  ...bothWays({ pinned: "opencode", engine: "opencode", prefix: "takopi_", table: () => withoutNet }),
  ...bothWays({ pinned: "pi", engine: "pi", prefix: "takopi_", table: piTable }),
  ...bothWays({ pinned: "pi15", engine: "pi", prefix: "takopi_", table: piTable }),
  {
    ...{ pinned: "opencode", engine: "agent", prefix: "takopi_", way: "live" },
    table: () => `${withoutNet}
type = "acp"
args = ["acp"]
env = { OPENCODE_PERMISSION = '{"*":"ask"}' }
untrusted_env = { OPENCODE_DISABLE_PROJECT_CONFIG = "1" }`,
  },
  {
    ...{ pinned: "codexAcp", engine: "agent", prefix: "mcp__takopi__", way: "live" },
    table: () => `type = "acp"
args = ["-c", 'approval_policy="untrusted"', "-c", 'sandbox_mode="read-only"']
untrusted_env = {}`,
  },
];

interface Scene {
  readonly staged: Stage;
  readonly repository: ReturnType<typeof makeHostileRepository>;
}

/** A bridge whose only project is an untrusted repository that brings all that could run. */
async function open({ engine, pinned, way, table }: Row): Promise<Scene> {
  const repository = makeHostileRepository(mkdtempSync(join(scratch, "r-")));
  const staged = await stage({
    ...{ engines, defaultEngine: engine, waitMs: RUN_TIMEOUT_MS },
    env: { ...home.env, PATH: ownPath(pinned) },
    tables: `
[${engine === "agent" ? "engines." : ""}${engine}]
cmd = "${ownCommand(pinned)}"
${way === "live" ? "interactive = true" : ""}
tools = true
${table?.() ?? ""}
[projects.web]
path = "${repository.path}"`,
  });
  return { staged, repository };
}

test.each(rows.map((row) => [row.pinned, row.engine, row.way, row] as const))(
  "%s as %s, %s, has takopi's own tools in an untrusted repository, without a question whether it may use them",
  async (pinned, engine, way, row) => {
    const { staged, repository } = await open(row);
    const { say, botSays, press, outcomeOf, store, emulator, directory } = staged;
    const use = (name: string, args: object) => `[[tool ${row.prefix}${name} ${JSON.stringify(args)}]]`;
    const done = new RegExp(`^done · ${engine}`);

    const task = say(`/web ${use("ask_person", { question: "Which colour?", options: ["Red", "Blue"] })}`);
    await press(await botSays(new RegExp(`^${engine} asks: Which colour`)), "Blue");
    const asked = await outcomeOf(task);
    expect(textOf(asked)).toMatch(done);
    expect(textOf(asked)).toContain("Blue");

    const file = `report-${pinned}-${way}.txt`;
    writeFileSync(join(repository.path, file), "all well\n");
    const next = say(use("send_file", { path: file }), { replyTo: asked.message_id });
    const sent = await outcomeOf(next);
    expect(textOf(sent)).toMatch(done);
    await emulator.waitFor(() =>
      emulator.messages(emulator.privateChatId).find(({ document }) => document?.file_name === file),
    );

    const propose = use("schedule", { when: "9:00 weekdays", task: "run the tests" });
    expect(textOf(await outcomeOf(say(propose, { replyTo: sent.message_id })))).toMatch(done);
    await botSays(/not saved yet/);
    expect(store().schedules.all()).toMatchObject([{ name: "run-the-tests", state: "draft" }]);
    expect(store().questions.recent(5)).toMatchObject([{ kind: "choice", ticket: "given" }]);

    // The outcome is told a moment before nothing of the run lives.
    const passes = join(directory, "takopi.runs");
    await vi.waitUntil(() => readdirSync(passes).length === 0, { timeout: RUN_TIMEOUT_MS });
    expect(repository.ran()).toEqual([]);
  },
);
