import { z } from "zod";
import type { SessionUsage } from "../../src/domain/run.ts";
import type { SessionRequest } from "../../src/engine/contract.ts";
import { parseJson } from "../../src/engine/json.ts";
import { readSessionFile } from "../../src/engine/session-file.ts";
import type { CodexOptions } from "./options.ts";
import { codexHome, findRollout } from "./rollout.ts";
import { threadTokens } from "./schema.ts";

const Line = z.discriminatedUnion("type", [
  z.object({ type: z.literal("turn_context"), payload: z.object({ model: z.string() }) }),
  z.object({
    type: z.literal("event_msg"),
    payload: z.discriminatedUnion("type", [
      z.object({ type: z.literal("task_started") }),
      z.object({
        type: z.literal("token_count"),
        info: z.object({
          total_token_usage: threadTokens,
          last_token_usage: threadTokens,
          model_context_window: z.number().positive().nullish(),
        }),
      }),
    ]),
  }),
]);
type Line = z.infer<typeof Line>;

const SIGNS = /"(?:turn_context|task_started|token_count)"/;

/** As the thread's file tells it (0.169.0), which has no costs. Nothing of a file that is not found or too large. */
export async function sessionUsage(
  request: SessionRequest & { readonly options: CodexOptions },
): Promise<SessionUsage> {
  const path = await findRollout(codexHome({ ...request.env, ...request.options.env }), request.session);
  if (path === undefined) return {};
  let usage: SessionUsage = { turns: 0 };
  const isWhole = await readSessionFile(path, (line) => {
    const found = SIGNS.test(line.slice(0, 200)) ? Line.safeParse(parseJson(line)).data : undefined;
    if (found) usage = add(usage, found);
  });
  return isWhole ? usage : {};
}

function add(usage: SessionUsage, line: Line): SessionUsage {
  if (line.type === "turn_context") return { ...usage, model: line.payload.model };
  if (line.payload.type === "task_started") return { ...usage, turns: (usage.turns ?? 0) + 1 };
  const { total_token_usage: total, last_token_usage: last, model_context_window: window } = line.payload.info;
  return {
    ...{ ...usage, tokens: total.input_tokens + total.output_tokens },
    ...(window && { contextFill: Math.min(1, (last.input_tokens + last.output_tokens) / window) }),
  };
}
