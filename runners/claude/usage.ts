import type { Usage } from "../../src/domain/events.ts";
import type { ModelUsage } from "./schema.ts";

export const NOTHING_USED: Usage = {
  ...{ inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 },
};

/** The session's counters over all its models; they continue over resumes, and include sub-agents. */
export function toUsage(models: ModelUsage): Usage {
  const all = Object.values(models);
  const sum = (key: Exclude<keyof ModelUsage[string], "contextWindow">) =>
    all.reduce((total, model) => total + model[key], 0);
  return {
    inputTokens: sum("inputTokens"),
    outputTokens: sum("outputTokens"),
    cacheReadTokens: sum("cacheReadInputTokens"),
    cacheWriteTokens: sum("cacheCreationInputTokens"),
    costUsd: sum("costUSD"),
  };
}

/** How much the model read with its last call. */
export interface ContextRead {
  readonly model: string;
  readonly tokens: number;
}

/** The part of the model's context that is full, if the counters tell its size. */
export function contextFill(read: ContextRead | undefined, models: ModelUsage): number | undefined {
  const window = read && models[read.model]?.contextWindow;
  return read && window !== undefined ? Math.min(1, read.tokens / window) : undefined;
}
