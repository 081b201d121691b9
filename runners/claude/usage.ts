import type { Usage } from "../../src/domain/events.ts";
import type { ModelUsage } from "./schema.ts";

export const NOTHING_USED: Usage = {
  ...{ inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 },
};

/** The session's counters over all its models; they continue over resumes, and include sub-agents. */
export function toUsage(models: ModelUsage): Usage {
  const all = Object.values(models);
  const sum = (key: keyof ModelUsage[string]) => all.reduce((total, model) => total + model[key], 0);
  return {
    inputTokens: sum("inputTokens"),
    outputTokens: sum("outputTokens"),
    cacheReadTokens: sum("cacheReadInputTokens"),
    cacheWriteTokens: sum("cacheCreationInputTokens"),
    costUsd: sum("costUSD"),
  };
}
