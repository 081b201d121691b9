import type { Usage } from "../../src/domain/events.ts";
import type { ThreadTokens } from "./schema.ts";

/** The totals of a thread that has not been asked anything yet. */
export const NO_TOKENS: ThreadTokens = {
  input_tokens: 0,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0,
};

/**
 * The usage of one run: the thread's totals after it minus those before it.
 *
 * @returns undefined if the totals went down, since then they were not counted from the same start.
 */
export function runUsage(before: ThreadTokens, after: ThreadTokens): Usage | undefined {
  const input = after.input_tokens - before.input_tokens;
  const cacheReadTokens = after.cached_input_tokens - before.cached_input_tokens;
  const cacheWriteTokens = after.cache_write_input_tokens - before.cache_write_input_tokens;
  const usage = {
    inputTokens: input - cacheReadTokens - cacheWriteTokens,
    outputTokens: after.output_tokens - before.output_tokens,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: after.reasoning_output_tokens - before.reasoning_output_tokens,
  };
  return Object.values(usage).every((tokens) => tokens >= 0) ? usage : undefined;
}
