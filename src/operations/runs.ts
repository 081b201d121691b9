import { z } from "zod";
import { writeContext } from "../domain/context.ts";
import { formatElapsed } from "../domain/elapsed.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { formatCost } from "../domain/usage.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { type Access, defineOperation } from "./operation.ts";

const DEFAULT_LIMIT = 20;
const SHOWN_IN_WORDS = 20;

/** A run without its texts. */
export type Facts = Omit<StoredRun, "prompt" | "answer" | "process"> & {
  /** Why its outcome is in no chat; null if it is, or will be. */
  readonly undelivered: string | null;
};

export const runs = defineOperation({
  name: "runs",
  summary: "recent runs with state, engine, project and cost",
  input: z.strictObject({ chat: z.string().optional(), limit: z.int().positive().default(DEFAULT_LIMIT) }),
  output: z.array(z.custom<Facts>()),
  intent: "read",
  idempotent: true,
  examples: [{ limit: DEFAULT_LIMIT }],
  run: ({ store }, { chat, limit }, { surface, place }) =>
    listRuns(store, limit, chat ?? (surface === "chat" ? place.chatId : undefined)),
  tell: (found) => ({
    body: found.slice(0, SHOWN_IN_WORDS).map(describe).join("\n") || "No runs yet.",
  }),
});

/** All that is known but the texts: prompts and answers stay in the state file. The newest first. */
export function listRuns(store: Access["store"], limit: number, chatId: string | undefined): Facts[] {
  const parked = new Map(store.deliveries.parked().map(({ runId, problem }) => [runId, problem]));
  return store.runs.recent(limit, chatId).map(({ prompt: _prompt, answer: _answer, process: _process, ...facts }) => ({
    ...facts,
    undelivered: parked.get(facts.id) ?? null,
  }));
}

function describe({
  outcome,
  state,
  engine,
  project,
  branch,
  startedAt,
  endedAt,
  costUsd,
  undelivered,
}: Facts): string {
  const place = project === null ? [] : [inlineCode(writeContext({ project, branch }))];
  const took = startedAt === null || endedAt === null ? [] : [formatElapsed(endedAt - startedAt)];
  const cost = costUsd === null ? [] : [formatCost(costUsd)];
  const problem = undelivered === null ? [] : [`not delivered: ${inlineCode(undelivered)}`];
  return `- ${[outcome ?? state, inlineCode(engine), ...place, ...took, ...cost, ...problem].join(" · ")}`;
}
