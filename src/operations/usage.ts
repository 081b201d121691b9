import { z } from "zod";
import { startOfDay } from "../bridge/limits.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { MS_PER_DAY } from "../domain/time.ts";
import { formatCost, formatUsage, groupUsage, sumUsage } from "../domain/usage.ts";
import { defineOperation } from "./operation.ts";

const WEEK_DAYS = 7;

const Row = z.object({
  engine: z.string(),
  project: z.string().nullable(),
  runs: z.number(),
  tokens: z.number(),
  costUsd: z.number(),
});

export const usage = defineOperation({
  name: "usage",
  summary: "runs, tokens and cost of today and the last 7 days",
  input: z.strictObject({}),
  output: z.object({ today: z.array(Row), week: z.array(Row), dailyCostUsd: z.number().nullable() }),
  intent: "read",
  idempotent: true,
  examples: [{}],
  run: ({ store, config, now }) => {
    const today = startOfDay(now);
    return {
      today: store.runs.usageSince(today),
      week: store.runs.usageSince(startOfDay(today - (WEEK_DAYS - 1) * MS_PER_DAY)),
      dailyCostUsd: config.limits.daily_cost_usd ?? null,
    };
  },
  tell: ({ today, week, dailyCostUsd: budget }) => {
    const lines = (by: "engine" | "project") =>
      groupUsage(week, by).map(([name, sum]) => `- ${inlineCode(name)}: ${formatUsage(sum)}`);
    const sums = [
      `Today: ${formatUsage(sumUsage(today))}`,
      ...(budget === null ? [] : [`(limits.daily_cost_usd: ${formatCost(budget)})`]),
    ].join(" ");
    return {
      body: [
        `${sums}  \nLast ${WEEK_DAYS} days: ${formatUsage(sumUsage(week))}`,
        ...(week.length === 0 ? [] : [`By engine:\n\n${lines("engine").join("\n")}`]),
        ...(week.length === 0 ? [] : [`By project:\n\n${lines("project").join("\n")}`]),
      ].join("\n\n"),
    };
  },
});
