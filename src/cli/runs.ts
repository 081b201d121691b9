import { existsSync } from "node:fs";
import { join } from "node:path";
import { engines } from "../../runners/index.ts";
import { loadConfig } from "../config/load.ts";
import { ConfigError } from "../errors.ts";
import type { StoredRun } from "../store/runs.ts";
import { defineCommand } from "./command.ts";
import { formatColumns } from "./terminal.ts";

const DEFAULT_LIMIT = 20;

/** Lists recent runs, the newest first: state, engine, project, duration, tokens, cost. */
export const command = defineCommand({
  args: {
    chat: { type: "string", valueHint: "id", description: "Only the runs of this chat" },
    limit: { type: "string", valueHint: "n", description: `How many, ${DEFAULT_LIMIT} unless told` },
    json: { type: "boolean", description: "Print as JSON" },
  },
  async run({ chat, limit, json }, { configFile, cwd, env, stdout }) {
    const config = loadConfig({ file: configFile, cwd, env, engines });
    const chatId = chat === undefined ? undefined : wholeNumber("--chat", chat);
    const count = limit === undefined ? DEFAULT_LIMIT : wholeNumber("--limit", limit);
    const file = join(config.directory, "takopi.db");
    const runs = existsSync(file) ? await recentRuns(file, count, chatId) : [];
    if (json) stdout.write(`${JSON.stringify(runs.map(toFacts), null, 2)}\n`);
    else if (runs.length === 0) stdout.write("No runs yet.\n");
    else stdout.write(formatColumns([HEADER, ...runs.map((run) => toRow(run, Date.now()))]));
    return 0;
  },
});

async function recentRuns(file: string, limit: number, chatId: number | undefined): Promise<StoredRun[]> {
  const { openStore } = await import("../store/store.ts");
  const store = openStore(file);
  try {
    return store.runs.recent(limit, chatId);
  } finally {
    store.close();
  }
}

function wholeNumber(flag: string, text: string): number {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new ConfigError(`${flag} is ${JSON.stringify(text)}; expected a whole number.`);
}

/** All but the texts: prompts and answers stay in the state file. */
function toFacts({ prompt: _prompt, answer: _answer, pid: _pid, processStart: _start, ...facts }: StoredRun) {
  return facts;
}

const HEADER = ["when", "state", "engine", "project", "took", "tokens", "cost", "chat"];

function toRow(run: StoredRun, now: number): string[] {
  const tokens = (run.inputTokens ?? 0) + (run.outputTokens ?? 0);
  return [
    new Date(run.createdAt).toISOString().slice(0, 16).replace("T", " "),
    run.outcome ?? run.state,
    run.engine,
    run.project === null ? "-" : `${run.project}${run.branch === null ? "" : ` @${run.branch}`}`,
    run.startedAt === null ? "-" : `${Math.round(((run.endedAt ?? now) - run.startedAt) / 1000)} s`,
    tokens === 0 ? "-" : String(tokens),
    run.costUsd === null ? "-" : `$${run.costUsd.toFixed(4)}`,
    String(run.chatId),
  ];
}
