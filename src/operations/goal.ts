import { z } from "zod";
import { resolvePrompt } from "../bridge/resolve.ts";
import type { Thread } from "../bridge/threads.ts";
import { shortenLine } from "../domain/cut.ts";
import { GOAL_STATUSES, type Goal, type GoalTerms, type GoalWords, parseGoal } from "../domain/goal.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { shortCount } from "../domain/usage.ts";
import { UserError } from "../errors.ts";
import { findThread } from "./find.ts";
import { type Access, type Caller, defineOperation, type OperationButton, type Told } from "./operation.ts";

const OBJECTIVE_LENGTH = 240;

const Action = z.enum(["pause", "resume", "clear"]);
const Input = z.strictObject({
  /** The objective with its flags, or one of the actions; nothing shows the goal. */
  words: z.string().default(""),
  action: Action.optional(),
  /** The session: its id, or the beginning of it. */
  session: z.string().optional(),
});
const Shown = z.object({
  objective: z.string(),
  status: z.enum(GOAL_STATUSES),
  tokensUsed: z.number(),
  tokenBudget: z.number().optional(),
});
const Output = z.object({
  ...{ run: z.string(), session: z.string().nullable(), goal: Shown.nullable(), done: Action.optional() },
  /** Whether this call began the run. */
  isBegun: z.boolean(),
  /** The growth of a budget that is used up. */
  more: z.number(),
});
type Output = z.infer<typeof Output>;

export const goal = defineOperation({
  name: "goal",
  summary: "have the session you reply to work until a goal is reached, or show its goal",
  input: Input,
  output: Output,
  argument: "words",
  operands: ["session", "words"],
  intent: "write",
  idempotent: false,
  examples: [{ words: "all tests pass --tokens 200k --minutes 60" }],
  run: async (access, input, caller): Promise<Output> => {
    const { action, objective, limits } = toRequest(input);
    if (action === undefined && objective !== "") {
      const { tokens = access.config.limits.goal_tokens, ...time } = limits;
      const terms = { isResumed: false, tokenBudget: tokens, ...time };
      return begun(access, { text: objective, session: input.session, terms }, caller);
    }
    const thread = findThread(access, input.session, caller);
    if (action === "resume") return resume(access, thread, limits, caller);
    return { ...shown(access, thread, await change(access, thread, action)), done: action };
  },
  tell,
});

type Limits = Omit<GoalWords, "objective">;

function toRequest({ words, action }: z.infer<typeof Input>) {
  const parsed = parseGoal(words);
  if ("problem" in parsed) throw new UserError(parsed.problem, { code: "usage" });
  const { objective, ...limits } = parsed;
  const named = Action.safeParse(objective.toLowerCase());
  return { action: action ?? named.data, objective: named.success ? "" : objective, limits };
}

interface Start {
  readonly text: string;
  readonly session?: string | undefined;
  readonly thread?: Thread;
  readonly terms: GoalTerms;
}

/** A run that lasts as long as its goal. @throws UserError if the engine has no goals. */
function begun(access: Access, { text, session, terms, ...start }: Start, caller: Caller): Output {
  const { bridge, store, config } = access;
  const thread = start.thread ?? (session === undefined ? undefined : findThread(access, session, caller));
  const prompt = { ...caller.place, text, follows: thread?.run.id, origin: { type: "goal" as const, ...terms } };
  const resolved = resolvePrompt(prompt, access);
  const whyNot = bridge.threads.whyNot({ engine: resolved.engine, project: resolved.context?.project ?? null }, "goal");
  if (whyNot !== undefined) throw new UserError(whyNot);
  const run = store.durably(() => bridge.add(prompt, resolved));
  bridge.start(run);
  return { run, session: resolved.resume ?? null, goal: null, isBegun: true, more: config.limits.goal_tokens };
}

async function resume(access: Access, thread: Thread, { tokens, ...time }: Limits, caller: Caller): Promise<Output> {
  if (access.bridge.isRunning(thread.run.id)) throw new UserError("That session is running already.");
  const found = await access.bridge.threads.goal(thread, "show");
  if (!found || found.status === "complete") throw new UserError("This session has no goal to resume.");
  if (found.status === "budgetLimited" && tokens === undefined) {
    throw new UserError("Its budget is used up: `/goal resume --tokens 200k` gives it more.");
  }
  const tokenBudget =
    tokens === undefined ? (found.tokenBudget ?? access.config.limits.goal_tokens) : found.tokensUsed + tokens;
  const terms = { isResumed: true, tokenBudget, ...time };
  return { ...begun(access, { text: found.objective, thread, terms }, caller), done: "resume" };
}

/** Pauses or clears the goal, or only reads it. A run that works towards it is ended first, and pauses it then. */
async function change(
  access: Access,
  thread: Thread,
  action: "pause" | "clear" | undefined,
): Promise<Goal | undefined> {
  const { bridge } = access;
  const { id } = thread.run;
  const running = bridge.job(id)?.goal;
  if (running && action === undefined) return running;
  if (running && bridge.job(id)?.interrupt()) await bridge.ended(id);
  return bridge.threads.goal(thread, action ?? "show");
}

const shown = ({ config }: Access, { run, session }: Thread, found: Goal | undefined): Output => ({
  ...{ run: run.id, session, goal: found ?? null, isBegun: false, more: config.limits.goal_tokens },
});

function tell({ run: runId, session, goal: found, done, isBegun, more }: Output): Told {
  const receipt = done && { receipt: RECEIPTS[done] };
  if (isBegun) return { body: `Queued as ${runId}.`, runId, isSeen: true };
  if (found === null) return { body: done === "clear" ? "The goal was cleared." : NONE, runId, ...receipt };
  const { objective, status, tokensUsed, tokenBudget } = found;
  const budget = tokenBudget === undefined ? "" : ` of ${shortCount(tokenBudget)}`;
  const body = [
    `Goal: ${inlineCode(shortenLine(objective, OBJECTIVE_LENGTH))}`,
    `${STATES[status]} · ${shortCount(tokensUsed)}${budget} tokens`,
  ].join("\n\n");
  return { body, runId, buttons: [buttonsOf(status, session ?? runId, more)], ...receipt };
}

const NONE = "This session has no goal. `/goal all tests pass --tokens 200k` in reply to it gives it one.";

const RECEIPTS = { pause: "Paused.", clear: "Cleared.", resume: "Resuming." } as const;

const STATES: Readonly<Record<Goal["status"], string>> = {
  active: "being worked on",
  paused: "paused",
  blocked: "blocked: it needs you",
  usageLimited: "stopped at the plan's usage limit",
  budgetLimited: "stopped: its budget is used up",
  complete: "reached",
};

function buttonsOf(status: Goal["status"], session: string, more: number): OperationButton[] {
  const button = (label: string, words: string, style?: OperationButton["style"]): OperationButton => ({
    ...{ label, operation: "goal", input: { words, session } },
    ...(style && { style }),
  });
  const clear = button("Clear", "clear", "danger");
  if (status === "complete") return [clear];
  if (status === "active") return [button("Pause", "pause"), clear];
  if (status !== "budgetLimited") return [button("Resume", "resume"), clear];
  return [button(`Resume with ${shortCount(more)} more`, `resume --tokens ${more}`), clear];
}
