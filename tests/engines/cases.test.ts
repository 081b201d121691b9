import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "@grammyjs/types";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { knownSession } from "../../src/store/stored-run.ts";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { type Case, type Column, columns, toTable } from "./cases.ts";

vi.setConfig({ testTimeout: 4 * RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: EnginesHome;
const results = new Map<string, string[]>();

beforeAll(async () => {
  home = await makeEnginesHome();
});
afterAll(async () => {
  await home?.[Symbol.asyncDispose]();
  for (const [name, lines] of results) process.stdout.write(`${name}\n${lines.map((line) => `  ${line}\n`).join("")}`);
});

const exists = (file: string) =>
  vi.waitUntil(() => existsSync(join(home.web, file)), { timeout: RUN_TIMEOUT_MS, interval: 50 });

/** Processes one of whose arguments is the text. */
const processesWith = (argument: string): string[] =>
  readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").includes(argument);
    } catch {
      return false;
    }
  });

/** A thread of one engine, whose cards are answered as they come. */
class Thread {
  readonly #stage: Stage;
  readonly #pressed = new Set<number>();
  last: Message | undefined;

  constructor(staged: Stage) {
    this.#stage = staged;
  }

  say(prompt: string): number {
    return this.#stage.say(this.last ? prompt : `/web ${prompt}`, this.last && { replyTo: this.last.message_id });
  }

  /** The next card that nobody has answered. */
  async card(): Promise<Message> {
    const { emulator } = this.#stage;
    const found = await emulator.waitFor(() => this.#openCard(), RUN_TIMEOUT_MS);
    this.#pressed.add(found.message_id);
    return found;
  }

  /** The outcome of a prompt, with every card allowed. */
  async outcome(id: number): Promise<string> {
    const { emulator, press } = this.#stage;
    for (;;) {
      const found = await emulator.waitFor(() => this.#outcomeOf(id) ?? this.#openCard(), RUN_TIMEOUT_MS);
      if (found.reply_to_message?.message_id === id && OUTCOME.test(textOf(found))) {
        this.last = found;
        return textOf(found);
      }
      this.#pressed.add(found.message_id);
      await press(found, "Allow");
    }
  }

  async run(prompt: string): Promise<string> {
    return this.outcome(this.say(prompt));
  }

  /** Starts a command that ends only with its turn; gives the prompt's id. */
  async hold(name: string, before = "true"): Promise<number> {
    const id = this.say(`[[shell ${before} & touch ${name}; until [ -e go-${name} ]; do sleep 0.05; done]]`);
    const begun = exists(name);
    const allowing = this.card().then((card) => this.#stage.press(card, "Allow"));
    await Promise.race([begun, allowing]);
    await begun;
    return id;
  }

  #messages(): readonly Message[] {
    const { emulator } = this.#stage;
    return emulator.messages(emulator.privateChatId).filter(({ from }) => from?.is_bot);
  }

  #outcomeOf(id: number): Message | undefined {
    return this.#messages().find(
      (message) => message.reply_to_message?.message_id === id && OUTCOME.test(textOf(message)),
    );
  }

  #openCard(): Message | undefined {
    return this.#messages().find(
      (message) =>
        !this.#pressed.has(message.message_id) &&
        (message.reply_markup?.inline_keyboard ?? []).flat().some(({ text }) => text === "Allow" || text === "Blue"),
    );
  }
}

const OUTCOME = /^(done|error|cancelled|interrupted) · /;

interface Scene {
  readonly thread: Thread;
  readonly staged: Stage;
  readonly column: Column;
  /** For names of files that no other column uses. */
  readonly tag: string;
}

const steps: Readonly<Record<Case, (scene: Scene) => Promise<void>>> = {
  task: async ({ thread }) => expect(await thread.run("[[say One.]]")).toMatch(/^done[\s\S]*One\./),
  resume: async ({ thread, column, staged }) => {
    expect(await thread.run("[[say Two.]]")).toMatch(/^done[\s\S]*Two\./);
    const [second, first] = staged.store().runs.recent(2);
    expect(second && knownSession(second)).toBe(first && knownSession(first));
    expect(second?.engine).toBe(column.engine.id);
  },
  tool: async ({ thread, tag }) => {
    expect(await thread.run(`[[shell touch failed-${tag}; exit 3]]`)).toMatch(/^done/);
    expect(existsSync(join(home.web, `failed-${tag}`))).toBe(true);
  },
  error: async ({ thread }) => expect(await thread.run("[[fail 400]]")).toMatch(/^error[\s\S]*scripted failure 400/),
  approve: async ({ thread, staged, tag }) => {
    const id = thread.say(`[[shell touch allowed-${tag}]]`);
    const card = await thread.card();
    expect(existsSync(join(home.web, `allowed-${tag}`))).toBe(false);
    expect(await staged.press(card, "Allow")).toBe("Allowing.");
    expect(await thread.outcome(id)).toMatch(/^done/);
    expect(existsSync(join(home.web, `allowed-${tag}`))).toBe(true);
  },
  deny: async ({ thread, staged, tag }) => {
    const id = thread.say(`[[shell touch denied-${tag}]]`);
    const card = await thread.card();
    staged.say(`not by ${tag}`, { replyTo: card.message_id });
    expect(await thread.outcome(id)).toMatch(/^done/);
    expect(existsSync(join(home.web, `denied-${tag}`))).toBe(false);
    expect(home.sentToModel()).toContain(`not by ${tag}`);
  },
  question: async ({ thread, staged, column }) => {
    const id = thread.say(column.question ?? "");
    await staged.press(await thread.card(), "Blue");
    expect(await thread.outcome(id)).toMatch(/^done[\s\S]*Blue/);
  },
  steer: async ({ thread, staged, tag, column }) => {
    const id = await thread.hold(`steered-${tag}`);
    staged.say("[[say Steered.]]", { replyTo: id });
    if (column.lacks.includes("steer")) await staged.botSays(/takes no messages while it works|queued|waiting/i);
    else await staged.botSays(/^Added to the running turn\./);
    writeFileSync(join(home.web, `go-steered-${tag}`), "");
    expect(await thread.outcome(id)).toMatch(column.lacks.includes("steer") ? /^done/ : /^done[\s\S]*Steered\./);
  },
  interrupt: async ({ thread, staged, tag, column }) => {
    const seconds = `5${columns.indexOf(column)}1${process.pid}`;
    const id = await thread.hold(`interrupted-${tag}`, `setsid sleep ${seconds}`);
    staged.say("/interrupt", { replyTo: id });
    expect(await thread.outcome(id)).toMatch(/^cancelled/);
    await vi.waitUntil(() => processesWith(seconds).length === 0, { timeout: 10_000, interval: 20 });
  },
  cancel: async ({ thread, staged, tag, column }) => {
    const seconds = `5${columns.indexOf(column)}2${process.pid}`;
    const id = await thread.hold(`cancelled-${tag}`, `setsid sleep ${seconds}`);
    staged.say("/cancel", { replyTo: id });
    expect(await thread.outcome(id)).toMatch(/^cancelled/);
    await vi.waitUntil(() => processesWith(seconds).length === 0, { timeout: 10_000, interval: 20 });
    expect(await thread.run("[[say Still here.]]")).toMatch(/^done[\s\S]*Still here\./);
  },
  crash: async ({ thread, staged, tag, column }) => {
    const id = await thread.hold(`crashed-${tag}`);
    const find = () =>
      staged
        .store()
        .liveServers.all()
        .find(({ engine, idleSince }) => engine === column.engine.id && idleSince === null);
    const { pid } = await vi.waitUntil(find, { timeout: 30_000, interval: 100 });
    process.kill(pid, "SIGKILL");
    expect(await thread.outcome(id)).toMatch(/^error/);
    expect(await thread.run("[[say Back.]]")).toMatch(/^done[\s\S]*Back\./);
  },
};

test.runIf(process.platform === "linux").each(columns.map((column) => [column.name, column] as const))(
  "%s does all that the table says, through the bridge",
  async (name, column) => {
    const staged = await stage({
      ...{ engines: [column.engine], defaultEngine: column.engine.id, waitMs: RUN_TIMEOUT_MS, env: home.env },
      tables: toTable(column, home),
    });
    const scene: Scene = { thread: new Thread(staged), staged, column, tag: name.replace(/\W+/g, "-") };
    const lines: string[] = [];
    const failures: unknown[] = [];
    results.set(name, lines);
    for (const [id, step] of Object.entries(steps) as [Case, (scene: Scene) => Promise<void>][]) {
      const isLacking = column.lacks.includes(id);
      if (isLacking && id !== "steer") {
        lines.push(`${id}: has none`);
        continue;
      }
      try {
        await step(scene);
        lines.push(`${id}: ${isLacking ? "refused" : "run"}`);
      } catch (error) {
        lines.push(`${id}: FAILED`);
        failures.push(new Error(`${name}: ${id}`, { cause: error }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, lines.join("\n"));
  },
);
