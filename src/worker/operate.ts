import { BOUNDS } from "../bounds.ts";
import type { GoalChange } from "../domain/goal.ts";
import type { SessionOperation } from "../domain/run.ts";
import type { Operations, SessionRequest } from "../engine/contract.ts";
import { endsWithin } from "../engine/ends-within.ts";
import type { OperationResult } from "./port.ts";

interface Operation {
  readonly request: SessionRequest;
  readonly input: string;
}

/** Asks an engine to do something with a session; nothing comes of what it cannot do. */
export async function act(
  operations: Operations,
  operation: Exclude<SessionOperation, "end">,
  { request, input }: Operation,
): Promise<OperationResult> {
  switch (operation) {
    case "compact":
      await operations.compact?.(request);
      return {};
    case "rename":
    case "brief":
      await operations[operation]?.(request, input);
      return {};
    case "fork":
    case "undo": {
      const left = await operations[operation]?.(request);
      return left === undefined ? {} : { session: left };
    }
    case "goal":
      return { goal: await operations.goal?.(request, input as GoalChange) };
    case "models":
      return { models: (await operations.models?.(request)) ?? [] };
    case "commands":
      return { commands: await within(BOUNDS.engine.commandsMs, operations.commands?.(request), []) };
    case "usage":
      return { usage: await within(BOUNDS.engine.usageMs, operations.usage?.(request), {}) };
    case "sessions":
      return { sessions: (await operations.sessions?.(request)) ?? [] };
  }
}

/** `late` if there is nothing to wait for, or it takes longer. */
async function within<Value>(limitMs: number, work: Promise<Value> | undefined, late: Value): Promise<Value> {
  return work !== undefined && (await endsWithin(work, limitMs)) ? work : late;
}
