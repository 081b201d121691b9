import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { engineCommand } from "./pinned.ts";

vi.setConfig({ testTimeout: 2 * RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: EnginesHome;

beforeAll(async () => {
  home = await makeEnginesHome();
});
afterAll(() => home?.[Symbol.asyncDispose]());

const claudeTable = () =>
  `use_api_billing = true\nenv = ${JSON.stringify(home.claudeEnv)
    .replace(/"(\w+)":/g, "$1 = ")
    .replaceAll('",', '", ')}`;

const setups = {
  claude: { prefix: "mcp__takopi__", table: claudeTable },
  codex: { prefix: "mcp__takopi__", table: () => 'sandbox = "read-only"' },
} as const;
type Id = keyof typeof setups;

const open = (id: Id, isLive: boolean): Promise<Stage> =>
  stage({
    ...{ engines, defaultEngine: id, waitMs: RUN_TIMEOUT_MS, env: home.env },
    tables: `
[${id}]
cmd = "${engineCommand(id)}"
interactive = ${isLive}
tools = true
${setups[id].table()}
[projects.web]
path = "${home.web}"`,
  });

const tool = (id: Id, name: string, args: object) =>
  `/web [[tool ${setups[id].prefix}${name} ${JSON.stringify(args)}]]`;

const ways = (Object.keys(setups) as Id[]).flatMap((id) => [[id, "headless"] as const, [id, "live"] as const]);

describe.each(ways)("%s, %s", (id, way) => {
  test("asks the person, sends a file and speaks up by takopi's own tools, without a question whether it may", async () => {
    const { say, botSays, press, outcomeOf, store, emulator, directory } = await open(id, way === "live");
    const task = say(tool(id, "ask_person", { question: "Which colour?", options: ["Red", "Blue"] }));
    await press(await botSays(new RegExp(`^${id} asks: Which colour`)), "Blue");
    const asked = await outcomeOf(task);
    expect(textOf(asked)).toMatch(new RegExp(`^done · ${id}`));
    expect(home.sentToModel()).toContain("Blue");
    const name = `report-${id}-${way}.txt`;
    writeFileSync(join(home.web, name), "all well\n");
    const next = say(tool(id, "send_file", { path: name }).replace("/web ", ""), { replyTo: asked.message_id });
    expect(textOf(await outcomeOf(next))).toMatch(new RegExp(`^done · ${id}`));
    await emulator.waitFor(() =>
      emulator.messages(emulator.privateChatId).find(({ document }) => document?.file_name === name),
    );
    await outcomeOf(say(tool(id, "send_message", { text: "Half done" })));
    await botSays(/^Half done/);
    expect(store().questions.recent(5)).toMatchObject([{ kind: "choice", ticket: "given" }]);
    // The outcome is told a moment before nothing of the run lives.
    await vi.waitUntil(() => readdirSync(join(directory, "takopi.runs")).length === 0, { timeout: RUN_TIMEOUT_MS });
  });
});
