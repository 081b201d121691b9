import type { Plan, SessionUpdate, ToolCall, Usage as WireUsage } from "@agentclientprotocol/sdk/unstable";
import type { Action, Completed, ResumeToken, Usage } from "../../src/domain/events.ts";

export type Update<Kind extends SessionUpdate["sessionUpdate"]> = Extract<SessionUpdate, { sessionUpdate: Kind }>;
export type { Plan };

/** A tool call as far as it is known: updates name only changes. */
export type Call = Pick<ToolCall, "toolCallId" | "title"> &
  Partial<Pick<ToolCall, "kind" | "name" | "content" | "locations" | "rawInput" | "rawOutput">>;

export interface AcpState {
  readonly engine: string;
  readonly cwd: string;
  readonly resume: ResumeToken;
  /** The agent's texts, one for each of its messages. */
  readonly texts: readonly string[];
  /** The message id of the last text; agents without ids begin a new text after each tool call. */
  readonly messageId: string | undefined;
  readonly isTextOpen: boolean;
  readonly open: ReadonlyMap<string, { readonly call: Call; readonly action: Action }>;
  /** USD, of the whole session; its value when the run began is `costBefore`. */
  readonly cost: number | undefined;
  readonly costBefore: number | undefined;
  readonly usage: Usage | undefined;
  /** See `Usage`. */
  readonly contextFill: number | undefined;
  /** Numbers notes and warnings. */
  readonly notes: number;
}

export const answerOf = ({ texts }: AcpState): string =>
  texts
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .join("\n\n");

/** Adds what a turn used; a run may have several. */
export function withUsage(state: AcpState, given: WireUsage | null | undefined): AcpState {
  if (!given) return state;
  const before = state.usage ?? { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const thought = (before.reasoningTokens ?? 0) + (given.thoughtTokens ?? 0);
  return {
    ...state,
    usage: {
      inputTokens: before.inputTokens + given.inputTokens,
      outputTokens: before.outputTokens + given.outputTokens,
      cacheReadTokens: before.cacheReadTokens + (given.cachedReadTokens ?? 0),
      cacheWriteTokens: before.cacheWriteTokens + (given.cachedWriteTokens ?? 0),
      ...(thought > 0 && { reasoningTokens: thought }),
    },
  };
}

export function toCompleted(state: AcpState, error?: string): Completed {
  const { engine, resume, usage, cost, costBefore, contextFill } = state;
  const answer = answerOf(state);
  const problem = error ?? (answer === "" ? `${engine} finished without an answer.` : undefined);
  const costUsd = cost === undefined ? undefined : Math.max(0, cost - (costBefore ?? 0));
  return {
    ...{ type: "completed", engine, answer, resume },
    ...(problem === undefined ? { ok: true } : { ok: false, error: problem }),
    ...(usage && {
      usage: { ...usage, ...(costUsd !== undefined && { costUsd }), ...(contextFill !== undefined && { contextFill }) },
    }),
  };
}
