import type { ActionEvent, Usage } from "../../src/domain/events.ts";
import { warningOf } from "../../src/engine/warning.ts";
import type { Failure } from "./failure.ts";
import type { StepPart } from "./schema.ts";

export const ENGINE = "opencode";

/** The state of a run so far. All fields are always there: objects of one shape are copied many times faster. */
export interface OpencodeState {
  /** The title of `started`: the configured model, or the engine's own name. */
  readonly title: string;
  readonly session: string | undefined;
  /** The texts of all steps, a blank line between them. */
  readonly answer: string;
  /** `answer` as it was when the newest step began. */
  readonly answerBefore: string;
  /** The conversation is being summarised; what the model writes meanwhile is no answer. */
  readonly isCompacting: boolean;
  /** Why the newest step ended; undefined before the first, and after an error. */
  readonly reason: string | undefined;
  readonly failure: Failure | undefined;
  /** The tool call that opencode refused for want of somebody to ask. */
  readonly refused: string | undefined;
  readonly usage: Usage | undefined;
  /** Warnings so far; numbers their ids. */
  readonly warnings: number;
  /** opencode's hosted models were switched off for this run, and nothing else may be left to choose. */
  readonly isGuarded: boolean;
}

export const initialState: OpencodeState = {
  title: ENGINE,
  session: undefined,
  answer: "",
  answerBefore: "",
  isCompacting: false,
  reason: undefined,
  failure: undefined,
  refused: undefined,
  usage: undefined,
  warnings: 0,
  isGuarded: false,
};

/** Adds a text as its own paragraph; blank text is left out. */
export function join(answer: string, text: string): string {
  const paragraph = text.trim();
  if (paragraph === "") return answer;
  return answer === "" ? paragraph : `${answer}\n\n${paragraph}`;
}

export function addUsage(sum: Usage | undefined, { tokens, cost }: StepPart): Usage | undefined {
  if (tokens === undefined) return sum;
  const costUsd = Math.round(((sum?.costUsd ?? 0) + cost) * 1e9) / 1e9;
  return {
    inputTokens: (sum?.inputTokens ?? 0) + tokens.input,
    outputTokens: (sum?.outputTokens ?? 0) + tokens.output + tokens.reasoning,
    cacheReadTokens: (sum?.cacheReadTokens ?? 0) + tokens.cache.read,
    cacheWriteTokens: (sum?.cacheWriteTokens ?? 0) + tokens.cache.write,
    reasoningTokens: (sum?.reasoningTokens ?? 0) + tokens.reasoning,
    // A model without a price costs 0 in opencode's books.
    ...(costUsd > 0 && { costUsd }),
  };
}

/** A remark of the engine that is no step of the work. */
export function warn(state: OpencodeState, title: string): readonly [OpencodeState, ActionEvent] {
  const warnings = state.warnings + 1;
  return [{ ...state, warnings }, warningOf(ENGINE, `note.${warnings}`, title)];
}
