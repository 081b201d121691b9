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
    case "commands": {
      const listing = operations.commands?.(request) ?? Promise.resolve([]);
      return { commands: (await endsWithin(listing, BOUNDS.engine.commandsMs)) ? await listing : [] };
    }
    case "usage":
      return { usage: (await operations.usage?.(request)) ?? {} };
    case "sessions":
      return { sessions: (await operations.sessions?.(request)) ?? [] };
  }
}
