import { z } from "zod";
import type { SessionUsage } from "../../src/domain/run.ts";
import type { SessionRequest } from "../../src/engine/contract.ts";
import { parseJson } from "../../src/engine/json.ts";
import { readSessionFile } from "../../src/engine/session-file.ts";
import type { ClaudeOptions } from "./options.ts";
import { findSession } from "./sessions.ts";

const count = z.number().default(0);
const Block = z.object({ type: z.string() });

const Line = z.discriminatedUnion("type", [
  z.object({
    ...{ type: z.literal("user"), isSidechain: z.literal(false).optional(), isMeta: z.literal(false).optional() },
    message: z.object({ content: z.union([z.string(), z.array(Block)]) }),
  }),
  z.object({
    type: z.literal("assistant"),
    message: z.object({
      ...{ id: z.string(), model: z.string() },
      usage: z.object({
        ...{ input_tokens: count, output_tokens: count },
        ...{ cache_read_input_tokens: count, cache_creation_input_tokens: count },
      }),
    }),
  }),
]);

const SIGNS = /"type":"(?:user|assistant)"/;
/** claude's own words in place of the model's. */
const NO_MODEL = "<synthetic>";

/**
 * As the session's transcript tells it (2.1.332): its counters if it has some, since these include sub-agents, else the
 * sum of its messages. It does not name the size of the context.
 */
export async function sessionUsage(
  request: SessionRequest & { readonly options: ClaudeOptions },
): Promise<SessionUsage> {
  const { path, used } = await findSession(request.session, request);
  let turns = 0;
  let model: string | undefined;
  // A message of several blocks has a line for each, all with its usage.
  const calls = new Map<string, number>();
  const isWhole = await readSessionFile(path, (text) => {
    const line = SIGNS.test(text) ? Line.safeParse(parseJson(text)).data : undefined;
    if (line?.type === "user") turns += isPrompt(line.message.content) ? 1 : 0;
    if (line?.type !== "assistant" || line.message.model === NO_MODEL) return;
    model = line.message.model;
    calls.set(line.message.id, sum(Object.values(line.message.usage)));
  });
  const counted = used.inputTokens + used.outputTokens + used.cacheReadTokens + used.cacheWriteTokens;
  const whole = isWhole ? { turns, tokens: Math.max(counted, sum([...calls.values()])) } : {};
  return { ...whole, ...(model !== undefined && { model }), ...(used.costUsd && { costUsd: used.costUsd }) };
}

/** Results of tools come as messages of the person's, too. */
const isPrompt = (content: string | readonly z.infer<typeof Block>[]): boolean =>
  typeof content === "string" || content.every(({ type }) => type !== "tool_result");

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
