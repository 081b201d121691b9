import { existsSync } from "node:fs";
import { join } from "node:path";
import { startOfDay } from "../bridge/limits.ts";
import { writeContext } from "../domain/context.ts";
import { tableTime } from "../domain/moment.ts";
import { MS_PER_DAY } from "../domain/time.ts";
import { formatUsage, sumUsage } from "../domain/usage.ts";
import { ConfigError } from "../errors.ts";
import { type Facts, listRuns } from "../operations/runs.ts";
import type { Store } from "../store/store.ts";
import { formatApprovals, readApprovals, toApprovalFacts } from "./approvals.ts";
import { defineCommand } from "./command.ts";
import { formatFirings } from "./firings.ts";
import { loadFor } from "./load.ts";
import { formatColumns } from "./terminal.ts";

const DEFAULT_LIMIT = 20;

/** Lists recent runs, the newest first: state, engine, project, duration, tokens, cost. */
export const command = defineCommand({
  args: {
    chat: { type: "string", valueHint: "id", description: "Only the runs of this chat" },
    limit: { type: "string", valueHint: "n", description: `How many, ${DEFAULT_LIMIT} unless told` },
    approvals: { type: "boolean", description: "List what engines asked instead, who decided and what" },
    triggers: { type: "boolean", description: "List what triggers and schedules did instead, and why they did not" },
    json: { type: "boolean", description: "Print as JSON" },
  },
  async run({ chat, limit, json, approvals, triggers }, { configFile, cwd, env, stdout }) {
    const config = loadFor({ configFile, cwd, env });
    const chatId = chat === undefined ? undefined : String(wholeNumber("--chat", chat));
    const count = limit === undefined ? DEFAULT_LIMIT : wholeNumber("--limit", limit);
    const file = join(config.directory, "takopi.db");
    if (approvals) {
      stdout.write(await listApprovals(file, { count, chatId, isJson: json === true }));
      return 0;
    }
    if (triggers) {
      stdout.write(await listFirings(file, count, json === true));
      return 0;
    }
    const { runs, usage } = existsSync(file) ? await read(file, count, chatId) : NOTHING;
    if (json) {
      stdout.write(`${JSON.stringify(runs, numericIds, 2)}\n`);
    } else if (runs.length === 0) stdout.write("No runs yet.\n");
    else {
      stdout.write(formatColumns([HEADER, ...runs.map((run) => toRow(run, Date.now()))]));
      for (const run of runs)
        if (run.undelivered) stdout.write(`${tableTime(run.createdAt)}: not delivered: ${run.undelivered}\n`);
      stdout.write(`\n${usage}\n`);
    }
    return 0;
  },
});

async function listFirings(file: string, count: number, isJson: boolean): Promise<string> {
  const firings = existsSync(file) ? await open(file, (store) => store.firings.recent(count)) : [];
  return isJson ? `${JSON.stringify(firings, null, 2)}\n` : formatFirings(firings);
}

interface Selection {
  readonly count: number;
  readonly chatId: string | undefined;
  readonly isJson: boolean;
}

async function listApprovals(file: string, { count, chatId, isJson }: Selection): Promise<string> {
  const asked = existsSync(file) ? await open(file, (store) => readApprovals(store, count, chatId)) : [];
  return isJson ? `${JSON.stringify(toApprovalFacts(asked), numericIds, 2)}\n` : formatApprovals(asked);
}

interface Found {
  readonly runs: readonly Facts[];
  /** A run of any chat, in two lines. */
  readonly usage: string;
}

const NOTHING: Found = { runs: [], usage: "" };
const WEEK_MS = 7 * MS_PER_DAY;

async function open<T>(file: string, work: (store: Store) => T): Promise<T> {
  const { openStore } = await import("../store/store.ts");
  const store = openStore(file);
  try {
    return work(store);
  } finally {
    store.close();
  }
}

const read = (file: string, limit: number, chatId: string | undefined): Promise<Found> =>
  open(file, (store) => {
    const now = Date.now();
    const since = (time: number) => formatUsage(sumUsage(store.runs.usageSince(time)));
    const usage = `Today: ${since(startOfDay(now))}\nLast 7 days: ${since(now - WEEK_MS)}`;
    return { runs: listRuns(store, limit, chatId), usage };
  });

function wholeNumber(flag: string, text: string): number {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new ConfigError(`${flag} is ${JSON.stringify(text)}; expected a whole number.`);
}

/** Telegram's ids are numbers for whoever reads them. */
const numericIds = (key: string, value: unknown) =>
  /Id$|^replyTo$/.test(key) && typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;

const HEADER = ["when", "state", "engine", "project", "took", "tokens", "cost", "chat", "run"];

function toRow(run: Facts, now: number): string[] {
  const tokens = (run.inputTokens ?? 0) + (run.outputTokens ?? 0);
  return [
    tableTime(run.createdAt),
    run.outcome ?? run.state,
    run.engine,
    run.project === null ? "-" : writeContext({ project: run.project, branch: run.branch }),
    run.startedAt === null ? "-" : `${Math.round(((run.endedAt ?? now) - run.startedAt) / 1000)} s`,
    tokens === 0 ? "-" : String(tokens),
    run.costUsd === null ? "-" : `$${run.costUsd.toFixed(4)}`,
    String(run.chatId),
    run.id,
  ];
}
