import { z } from "zod";
import type { SessionUsage } from "../../src/domain/run.ts";
import type { SessionRequest } from "../../src/engine/contract.ts";
import { parseJson } from "../../src/engine/json.ts";
import { readSessionFile } from "../../src/engine/session-file.ts";
import type { PiOptions } from "./options.ts";
import { wireUsage } from "./schema.ts";
import { findSession } from "./session-file.ts";
import { findPlaces } from "./session-places.ts";
import { addUsage } from "./usage.ts";

const Line = z.object({
  type: z.literal("message"),
  message: z.discriminatedUnion("role", [
    z.object({ role: z.literal("user") }),
    z.object({
      ...{ role: z.literal("assistant"), provider: z.string(), model: z.string() },
      usage: wireUsage.optional().catch(undefined),
    }),
  ]),
});

/** As the session's file tells it, all of its branches together. The file does not name the size of the context. */
export async function sessionUsage(request: SessionRequest & { readonly options: PiOptions }): Promise<SessionUsage> {
  const { path } = await findSession(request.session, await findPlaces(request, request.cwd));
  let turns = 0;
  let model: string | undefined;
  let sum: ReturnType<typeof addUsage>;
  const isWhole = await readSessionFile(path, (line) => {
    const message = Line.safeParse(parseJson(line)).data?.message;
    if (message?.role === "user") turns += 1;
    if (message?.role !== "assistant") return;
    model = `${message.provider}/${message.model}`;
    sum = addUsage(sum, message.usage);
  });
  if (!isWhole) return {};
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0, costUsd } = sum ?? {};
  return {
    ...{ turns, tokens: inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens },
    ...(model !== undefined && { model }),
    ...(costUsd !== undefined && { costUsd }),
  };
}
