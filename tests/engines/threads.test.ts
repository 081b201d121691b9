import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { engineCommand } from "./pinned.ts";

vi.setConfig({ testTimeout: 3 * RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: EnginesHome;

beforeAll(async () => {
  home = await makeEnginesHome();
});
afterAll(() => home?.[Symbol.asyncDispose]());

/** How long a stopped turn may take to end its commands on a busy machine; 2 s on a quiet one. */
const GONE_MS = 10_000;

/** Options with which no command is asked about. */
const tables = {
  pi: 'provider = "scripted"\nmodel = "m"',
  codex: 'sandbox = "workspace-write"',
  opencode: 'permission = { bash = "allow" }\nenv_passthrough = ["OPENCODE_DISABLE_*"]',
} as const;

const resumeLine = (text: string) => /(?:codex resume|pi --session|opencode --session) \S+/.exec(text)?.[0] ?? "none";

/** Starts the bridge again with the engine driven the other way. */
async function restart({ directory, stop, start }: Stage, isInteractive: boolean): Promise<void> {
  await stop();
  const file = join(directory, "takopi.toml");
  writeFileSync(file, readFileSync(file, "utf8").replace(/interactive = \w+/, `interactive = ${isInteractive}`));
  start();
}

/** Processes one of whose arguments is the text. */
function processesWith(argument: string): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").includes(argument);
    } catch {
      return false;
    }
  });
}

const exists = (file: string) =>
  vi.waitUntil(() => existsSync(join(home.web, file)), { timeout: RUN_TIMEOUT_MS, interval: 100 });

test.runIf(process.platform === "linux").each(["pi", "codex", "opencode"] as const)(
  "a thread of %s goes on live, is steered, interrupted and forked, and goes on headless",
  async (id) => {
    const staged = await stage({
      ...{ engines, defaultEngine: id, waitMs: RUN_TIMEOUT_MS / 2, env: home.env },
      tables: `
[${id}]
cmd = "${engineCommand(id)}"
interactive = false
${tables[id]}
[projects.web]
path = "${home.web}"`,
    });
    const { say, botSays, outcomeOf } = staged;
    const first = await outcomeOf(say("/web [[say One.]]"));
    const thread = resumeLine(textOf(first));

    await restart(staged, true);
    const waits = `[[shell touch begun-${id}; until test -e go-${id}; do sleep 0.05; done]]`;
    const second = say(waits, { replyTo: first.message_id });
    await exists(`begun-${id}`);
    const added = say("[[say Steered.]]", { replyTo: second });
    expect((await botSays(/^Added to the running turn\./)).reply_to_message?.message_id).toBe(added);
    writeFileSync(join(home.web, `go-${id}`), "");
    const steered = textOf(await outcomeOf(second));
    expect(steered).toMatch(/^done[\s\S]*Steered\./);
    expect(resumeLine(steered)).toBe(thread);

    const seconds = `51${process.pid}.5`;
    const third = say(`[[shell touch held-${id}; setsid sleep ${seconds} & sleep ${seconds}]]`, { replyTo: added });
    await exists(`held-${id}`);
    await vi.waitUntil(() => processesWith(seconds).length >= 2, { timeout: RUN_TIMEOUT_MS, interval: 50 });
    say("/interrupt");
    const interrupted = await outcomeOf(third);
    expect(textOf(interrupted)).toMatch(/^cancelled/);
    expect(resumeLine(textOf(interrupted))).toBe(thread);
    // The outcome may be told a moment before the last command is gone.
    await vi.waitUntil(() => processesWith(seconds).length === 0, { timeout: GONE_MS, interval: 20 });

    say("/fork", { replyTo: interrupted.message_id });
    const forked = await botSays(/^Forked\./);
    const copy = textOf(await outcomeOf(say("[[say From the copy.]]", { replyTo: forked.message_id })));
    expect(copy).toContain("From the copy.");
    expect(resumeLine(copy)).toBe(resumeLine(textOf(forked)));
    expect(resumeLine(copy)).not.toBe(thread);

    await restart(staged, false);
    const last = textOf(await outcomeOf(say("[[say Headless again.]]", { replyTo: first.message_id })));
    expect(last).toContain("Headless again.");
    expect(resumeLine(last)).toBe(thread);
  },
);
