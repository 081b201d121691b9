import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { stage } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { type Case, cases, columns, outcome, toTables } from "./cases.ts";
import { makeGatedCommand } from "./gated-command.ts";
import { engineCommand } from "./pinned.ts";
import { refusals, type Scene, steps } from "./steps.ts";
import { Thread } from "./thread.ts";

vi.setConfig({ testTimeout: 4 * RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: EnginesHome;
let commands: string;
const results = new Map<string, string[]>();

beforeAll(async () => {
  home = await makeEnginesHome();
  commands = mkdtempSync(join(tmpdir(), "takopi-commands-"));
});
afterAll(async () => {
  await home?.[Symbol.asyncDispose]();
  rmSync(commands, { recursive: true, force: true, maxRetries: 20 });
  for (const [name, lines] of results) process.stdout.write(`${name}\n${lines.map((line) => `  ${line}\n`).join("")}`);
});

test.runIf(process.platform === "linux").each(columns.map((column) => [column.name, column] as const))(
  "%s does all that the table says, through the bridge",
  async (name, column) => {
    const tag = name.replace(/\W+/g, "-");
    const command = makeGatedCommand(mkdtempSync(join(commands, "x-")), engineCommand(column.pinned));
    const staged = await stage({
      ...{ engines, defaultEngine: column.engine.id, waitMs: RUN_TIMEOUT_MS, env: home.env },
      tables: toTables(column, home, command.path),
    });
    const scene: Scene = { home, thread: new Thread(staged, home.web), staged, column, command, tag };
    const lines: string[] = [];
    const failures: unknown[] = [];
    results.set(name, lines);
    for (const id of Object.keys(cases) as Case[]) {
      const expected = outcome(column, id);
      const step = expected === "refused" ? refusals[id] : expected === "yes" ? steps[id] : async () => {};
      const began = Date.now();
      try {
        if (!step) throw new Error(`nobody checks that ${id} is refused`);
        await step(scene);
        lines.push(`${id}: ${expected}, ${((Date.now() - began) / 1000).toFixed(1)} s`);
      } catch (error) {
        lines.push(`${id}: FAILED`);
        failures.push(new Error(`${name}: ${id}`, { cause: error }));
        break;
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, lines.join("\n"));
  },
);
