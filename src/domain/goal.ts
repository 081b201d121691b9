import { parseCount, shortCount } from "./usage.ts";

/** The goal that a session works towards by itself, turn after turn. */
export interface Goal {
  readonly objective: string;
  readonly status: GoalStatus;
  readonly tokensUsed: number;
  /** Absent if nothing limits it. */
  readonly tokenBudget?: number;
}

export const GOAL_STATUSES = ["active", "paused", "blocked", "usageLimited", "budgetLimited", "complete"] as const;
export type GoalStatus = (typeof GOAL_STATUSES)[number];

/** The terms of a run that works towards a goal. */
export interface GoalTerms {
  /** Resumes the session's goal; otherwise the prompt is the objective of a new goal. */
  readonly isResumed: boolean;
  /** The limit of the goal, over all its runs. */
  readonly tokenBudget: number;
  /** The limit of this run. */
  readonly minutes?: number;
}

/** A change to the goal of a session that has no run now. */
export type GoalChange = "show" | "pause" | "clear";

export interface GoalWords {
  readonly objective: string;
  readonly tokens?: number;
  readonly minutes?: number;
}

/** `fix the tests --tokens 200k --minutes 60`; a problem in one sentence if the flags do not fit. */
export function parseGoal(words: string): GoalWords | { readonly problem: string } {
  const values: { tokens?: number; minutes?: number } = {};
  let problem: string | undefined;
  const rest = words.replace(
    /(?:^|\s)--(tokens|minutes)(?:[= ]\s*(\S+)|(?=\s|$))/g,
    (_, name: keyof typeof values, text = "") => {
      const value = name === "tokens" ? parseCount(text) : /^\d{1,6}$/.test(text) ? Number(text) : 0;
      if (value) values[name] = value;
      else problem = `\`--${name}\` takes a number, such as ${name === "tokens" ? "200k" : "60"}.`;
      return " ";
    },
  );
  return problem === undefined ? { objective: rest.trim(), ...values } : { problem };
}

/** `turn 3 · 41k of 200k tokens` */
export function goalLine({ tokensUsed, tokenBudget }: Goal, turn: number): string {
  const budget = tokenBudget === undefined ? "" : ` of ${shortCount(tokenBudget)}`;
  return `turn ${turn} · ${shortCount(tokensUsed)}${budget} tokens`;
}
