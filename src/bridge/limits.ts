import { formatCost, formatCount } from "../domain/usage.ts";
import { UserError } from "../errors.ts";
import { machineNow } from "./bind-machine.ts";
import type { BridgeOptions } from "./options.ts";

/**
 * Refuses a prompt that is over a limit of the config.
 *
 * @param waiting Runs of its chat that wait already.
 * @throws UserError that names the number and the key.
 */
export function checkPrompt(prompt: string, waiting: number, { config }: Pick<BridgeOptions, "config">): void {
  const { prompt_chars, queued_runs } = config().limits;
  if (prompt.length > prompt_chars) {
    const sizes = `${formatCount(prompt.length)} characters; limits.prompt_chars allows ${formatCount(prompt_chars)}`;
    throw new UserError(`This task has ${sizes}. Put the text into a file of the project, or raise the limit.`);
  }
  if (waiting >= queued_runs) {
    throw new UserError(
      `${waiting} tasks wait in this chat already, and limits.queued_runs is ${queued_runs}. Wait, cancel some, or raise the limit.`,
    );
  }
}

/** The question before a further run if the runs since midnight, local time, cost what a day may. */
export function overBudget({
  config,
  store,
  now,
}: Pick<BridgeOptions, "config" | "store" | "now">): string | undefined {
  const limit = config().limits.daily_cost_usd;
  if (limit === undefined) return undefined;
  const spent = store.runs.usageSince(startOfDay(now())).reduce((sum, { costUsd }) => sum + costUsd, 0);
  if (spent < limit) return undefined;
  return `Today's runs cost ${formatCost(spent)}; limits.daily_cost_usd is ${formatCost(limit)}. Run this one all the same?`;
}

/** Midnight of the local day of `time`, ms since 1970. */
export function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** Whether a run takes no place of this machine, since another one carries it out. */
export function isElsewhere(id: string, { store, config }: Pick<BridgeOptions, "store" | "config">): boolean {
  const run = store.runs.get(id);
  return (run?.machine ?? machineNow(run?.project ?? null, config())) !== "";
}
