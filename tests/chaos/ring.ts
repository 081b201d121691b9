import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "@grammyjs/types";
import { expect, inject, onTestFinished } from "vitest";
import { markedProcesses } from "../../src/engine/marked.ts";
import { type Emulator, startEmulator } from "../../src/playground/emulator.ts";
import { openStore } from "../../src/store/store.ts";
import { patient } from "../helpers/patient.ts";
import { BUSY, OUTCOME, textOf } from "../helpers/told.ts";

const WAIT_MS = 240_000;
const PEACE_MS = 900_000;

/** A bridge that is killed again and again, and what one may ask of it afterwards. */
export interface Ring {
  readonly emulator: Emulator;
  /** Of its config and state. */
  readonly directory: string;
  /** Starts it; with a step it kills itself there. */
  start(deadlyStep?: string): void;
  /** Resolves when the bridge that was started last asks for updates. */
  listening(): Promise<void>;
  /** Resolves when it is gone. */
  gone(): Promise<void>;
  kill(): Promise<void>;
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Sends a prompt whose engine, a process, leaves a line in a file each time it runs. */
  ask(script: string, replyTo?: number, directive?: string): number;
  /** Waits for the outcomes of all prompts, then checks what is promised. */
  expectPeace(): Promise<Peace>;
}

/** What it took. */
export interface Peace {
  readonly done: number;
  readonly interrupted: number;
  /** What engines failed with. */
  readonly errors: readonly string[];
  /** Outcomes that were shown twice, since Telegram's answer was lost. */
  readonly shownTwice: number;
}

export interface RingOptions {
  /** Further tables of its takopi.toml. */
  readonly tables?: string;
  /** Before each prompt, such as the directive of a project. */
  readonly directive?: string;
  /** Lines of takopi.toml below `[transports.telegram]`, and above all tables. */
  readonly telegram?: string;
  readonly top?: string;
  /** With codex and pi. */
  readonly isLive?: boolean;
}

export async function enterRing(options: RingOptions = {}): Promise<Ring> {
  const { tables = "", directive = "", telegram = "", top = "", isLive = false } = options;
  const emulator = patient(await startEmulator({ limits: "off" }), WAIT_MS);
  const directory = mkdtempSync(join(tmpdir(), "takopi-chaos-"));
  const config = `default_engine = "alpha"
${top}
[transports.telegram]
bot_token = "${emulator.token}"
chat_id = ${emulator.groupId}
allowed_user_ids = [${emulator.person.id}]
api_root = "${emulator.url}"
${telegram}
[limits]
queued_runs = 1000
${tables}`;
  writeFileSync(join(directory, "takopi.toml"), config);
  let child: ChildProcess | undefined;
  let pollsBefore = 0;
  const polls = () => emulator.calls("getUpdates").length;
  const prompts: number[] = [];
  const ledger = (index: number) => join(directory, `ran-${index}`);
  const gone = async () => {
    if (child && child.exitCode === null && child.signalCode === null) await once(child, "exit");
  };
  const kill = async () => {
    child?.kill("SIGKILL");
    await gone();
  };
  onTestFinished(async () => {
    await kill();
    for (const { id } of runsOf(directory)) for (const pid of await markedProcesses(id)) process.kill(pid, "SIGKILL");
    await emulator.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const outcomesOf = (id: number) =>
    emulator
      .messages(emulator.privateChatId)
      .filter((message) => message.reply_to_message?.message_id === id && OUTCOME.test(textOf(message)));
  return {
    emulator,
    directory,
    signal: (name) => void child?.kill(name),
    start: (deadlyStep = "") => {
      pollsBefore = polls();
      child = spawn(process.execPath, [inject("child"), directory, deadlyStep, ...(isLive ? ["live"] : [])], {
        stdio: ["ignore", "ignore", "inherit"],
      });
    },
    listening: async () => void (await emulator.waitFor(() => polls() > pollsBefore || undefined)),
    gone,
    kill,
    ask: (script, replyTo, own = directive) => {
      const text = `${own}process
note ${ledger(prompts.length)}
${script}`;
      const { message_id } = emulator.sendText({
        ...{ chatId: emulator.privateChatId, text },
        ...(replyTo !== undefined && { replyTo }),
      });
      prompts.push(message_id);
      return message_id;
    },
    expectPeace: async () => {
      const isQuiet = () => {
        const told = prompts.every((id) => outcomesOf(id).length > 0);
        return told && !botMessages(emulator).some((message) => BUSY.test(textOf(message)));
      };
      await emulator.waitFor(() => isQuiet() || undefined, PEACE_MS);
      child?.kill("SIGTERM");
      await gone();
      const runs = runsOf(directory);
      expect(runs.map(({ messageId }) => Number(messageId)).toSorted((a, b) => a - b)).toEqual(prompts);
      expect(runs.filter(({ state }) => state !== "ended")).toEqual([]);
      // What an engine that finished left running in the background is its own affair.
      for (const { id, outcome } of runs) if (outcome !== "done") expect(await markedProcesses(id)).toEqual([]);
      for (const [index, id] of prompts.entries()) {
        const lines = existsSync(ledger(index)) ? readFileSync(ledger(index), "utf8").trim().split("\n").length : 0;
        expect(lines, `prompt ${index} ran`).toBeLessThanOrEqual(1);
        expect(outcomesOf(id).length, `outcomes of prompt ${index}`).toBeLessThanOrEqual(2);
      }
      return {
        done: runs.filter(({ outcome }) => outcome === "done").length,
        errors: runs.flatMap(({ outcome, error }) => (outcome === "error" ? [error ?? ""] : [])),
        interrupted: runs.filter(({ outcome }) => outcome === "interrupted").length,
        shownTwice: prompts.filter((id) => outcomesOf(id).length === 2).length,
      };
    },
  };
}

const botMessages = (emulator: Emulator): Message[] =>
  emulator.messages(emulator.privateChatId).filter(({ from }) => from?.is_bot);

function runsOf(directory: string) {
  const file = join(directory, "takopi.db");
  if (!existsSync(file)) return [];
  const store = openStore(file);
  try {
    return store.runs.recent(10_000);
  } finally {
    store.close();
  }
}
