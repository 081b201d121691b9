import type { Usage } from "../../src/domain/events.ts";
import type { WireUsage } from "./schema.ts";

/** The sum of a run so far and one more model call. A cost of 0 means that pi has no price, and stays unknown. */
export function addUsage(sum: Usage | undefined, call: WireUsage | undefined): Usage | undefined {
  if (call === undefined) return sum;
  const reasoningTokens = (sum?.reasoningTokens ?? 0) + (call.reasoning ?? 0);
  const costUsd = (sum?.costUsd ?? 0) + (call.cost?.total ?? 0);
  return {
    inputTokens: (sum?.inputTokens ?? 0) + call.input,
    outputTokens: (sum?.outputTokens ?? 0) + call.output,
    cacheReadTokens: (sum?.cacheReadTokens ?? 0) + call.cacheRead,
    cacheWriteTokens: (sum?.cacheWriteTokens ?? 0) + call.cacheWrite,
    ...(reasoningTokens > 0 && { reasoningTokens }),
    ...(costUsd > 0 && { costUsd }),
  };
}
