import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { knownSession } from "../../src/store/stored-run.ts";
import type { Stage } from "../helpers/bridge.ts";
import { photo } from "../helpers/pictures.ts";
import type { EnginesHome } from "./all-engines.ts";
import { type Case, type Column, columns } from "./cases.ts";
import type { GatedCommand } from "./gated-command.ts";
import { startProgram } from "./program.ts";
import type { Thread } from "./thread.ts";

export interface Scene {
  readonly home: EnginesHome;
  readonly thread: Thread;
  readonly staged: Stage;
  readonly column: Column;
  readonly command: GatedCommand;
  /** For names of files that no other column uses. */
  readonly tag: string;
}

type Step = (scene: Scene) => Promise<void>;

/** Processes one of whose arguments is the text. */
const processesWith = (argument: string): string[] =>
  readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").includes(argument);
    } catch {
      return false;
    }
  });

const gone = (argument: string) =>
  vi.waitUntil(() => processesWith(argument).length === 0, { timeout: 60_000, interval: 20 });

/** No other process sleeps for so long. */
const secondsOf = (column: Column, at: number): string => `5${columns.indexOf(column)}${at}${process.pid}`;

/** Each case as it runs; `refusals` has those that an engine refuses. */
export const steps: Readonly<Record<Case, Step>> = {
  task: async ({ thread }) => expect(await thread.run("[[say One.]]")).toMatch(/^done[\s\S]*One\./),
  resume: async ({ thread, column, staged }) => {
    expect(await thread.run("[[say Two.]]")).toMatch(/^done[\s\S]*Two\./);
    const [second, first] = staged.store().runs.recent(2);
    expect(second && knownSession(second)).toBe(first && knownSession(first));
    expect(second?.engine).toBe(column.engine.id);
  },
  image: async ({ thread, column, home }) => {
    const picture = photo(100 + columns.indexOf(column));
    expect(await thread.outcome(thread.show(picture, "[[say Seen.]]"))).toMatch(/^done[\s\S]*Seen\./);
    expect(home.sentToModel()).toContain(picture.data.toString("base64"));
  },
  tool: async ({ thread, tag, home }) => {
    expect(await thread.run(`[[shell touch failed-${tag}; exit 3]]`)).toMatch(/^done/);
    expect(existsSync(join(home.web, `failed-${tag}`))).toBe(true);
  },
  error: async ({ thread }) => expect(await thread.run("[[fail 400]]")).toMatch(/^error[\s\S]*scripted failure 400/),
  approve: async ({ thread, staged, tag, home }) => {
    const id = thread.say(`[[shell touch allowed-${tag}]]`);
    const card = await thread.card();
    expect(existsSync(join(home.web, `allowed-${tag}`))).toBe(false);
    expect(await staged.press(card, "Allow")).toBe("Allowing.");
    expect(await thread.outcome(id)).toMatch(/^done/);
    expect(existsSync(join(home.web, `allowed-${tag}`))).toBe(true);
  },
  deny: async ({ thread, staged, tag, home }) => {
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
  steer: async ({ thread, staged, tag, home }) => {
    const id = await thread.hold(`steered-${tag}`);
    staged.say("[[say Steered.]]", { replyTo: id });
    await staged.botSays(/^Added to the running turn\./);
    writeFileSync(join(home.web, `go-steered-${tag}`), "");
    expect(await thread.outcome(id)).toMatch(/^done[\s\S]*Steered\./);
  },
  interrupt: async ({ thread, staged, tag, column }) => {
    const seconds = secondsOf(column, 1);
    const id = await thread.hold(`interrupted-${tag}`, `setsid sleep ${seconds}`);
    staged.say("/interrupt", { replyTo: id });
    expect(await thread.outcome(id)).toMatch(/^cancelled/);
    await gone(seconds);
  },
  cancel: async ({ thread, staged, tag, column }) => {
    const seconds = secondsOf(column, 2);
    const id = await thread.hold(`cancelled-${tag}`, `setsid sleep ${seconds}`);
    staged.say("/cancel", { replyTo: id });
    expect(await thread.outcome(id)).toMatch(/^cancelled/);
    await gone(seconds);
  },
  crash: async ({ thread, command, tag }) => {
    const id = await thread.hold(`crashed-${tag}`);
    process.kill(command.pid(), "SIGKILL");
    expect(await thread.outcome(id)).toMatch(/^error/);
    expect(await thread.run("[[say Back.]]")).toMatch(/^done[\s\S]*Back\./);
  },
  killedAtStart: async ({ thread, staged, home, command }) => {
    await staged.stop();
    const first = await startProgram(staged, home.env);
    command.hold();
    const id = thread.say("[[say Never.]]");
    const pid = await command.held();
    await first.kill();
    await using _ = await startProgram(staged, home.env);
    expect(await thread.outcome(id)).toMatch(/^interrupted/);
    await vi.waitUntil(() => !existsSync(`/proc/${pid}`), { timeout: 60_000, interval: 20 });
    command.release();
    expect(await thread.run("[[say Started.]]")).toMatch(/^done[\s\S]*Started\./);
  },
  killedAtCard: async ({ thread, staged, home, command, tag }) => {
    await staged.stop();
    const first = await startProgram(staged, home.env);
    const id = thread.say(`[[shell touch asked-${tag}]]`);
    await thread.card();
    // By its answer the bridge knows the card's message, too.
    staged.say("/ctx");
    await staged.botSays(/^Where this chat works/);
    const pid = command.pid();
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    await first.kill();
    await using _ = await startProgram(staged, home.env);
    expect(await thread.outcome(id)).toMatch(/^interrupted/);
    await staged.botSays(/takopi was restarted while this question was open\./);
    await vi.waitUntil(() => !existsSync(`/proc/${pid}`), { timeout: 60_000, interval: 20 });
    expect(existsSync(join(home.web, `asked-${tag}`))).toBe(false);
    expect(await thread.run("[[say Resumed.]]")).toMatch(/^done[\s\S]*Resumed\./);
  },
};

/** What the person is told in place of it. */
export const refusals: Partial<Record<Case, Step>> = {
  steer: async ({ thread, staged, tag, home }) => {
    const id = await thread.hold(`steered-${tag}`);
    staged.say("/steer [[say Steered.]]", { replyTo: id });
    await staged.botSays(/cannot take a message in mid-turn/);
    writeFileSync(join(home.web, `go-steered-${tag}`), "");
    expect(await thread.outcome(id)).toMatch(/^done/);
  },
};
