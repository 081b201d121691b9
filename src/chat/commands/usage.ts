import { startOfDay } from "../../bridge/limits.ts";
import { MS_PER_DAY } from "../../domain/time.ts";
import { formatUsage, groupUsage, sumUsage } from "../../domain/usage.ts";
import type { ChatCommand } from "./command.ts";

const WEEK_DAYS = 7;

export const usage: ChatCommand = {
  name: "usage",
  description: "runs, tokens and cost of today and the last 7 days",
  run: ({ store, config, now }) => {
    const today = startOfDay(now);
    const week = store.runs.usageSince(startOfDay(today - (WEEK_DAYS - 1) * MS_PER_DAY));
    const budget = config.limits.daily_cost_usd;
    const lines = (by: "engine" | "project") =>
      groupUsage(week, by).map(([name, sum]) => `- \`${name}\`: ${formatUsage(sum)}`);
    const sums = [
      `Today: ${formatUsage(sumUsage(store.runs.usageSince(today)))}`,
      ...(budget === undefined ? [] : [`(limits.daily_cost_usd: $${budget.toFixed(2)})`]),
    ].join(" ");
    return [
      `${sums}  \nLast ${WEEK_DAYS} days: ${formatUsage(sumUsage(week))}`,
      ...(week.length === 0 ? [] : [`By engine:\n\n${lines("engine").join("\n")}`]),
      ...(week.length === 0 ? [] : [`By project:\n\n${lines("project").join("\n")}`]),
    ].join("\n\n");
  },
};
