import type { World } from "../world/world.ts";
import type { Args } from "./args.ts";

export interface MethodCall {
  readonly world: World;
  readonly args: Args;
  /** Aborted when the client hangs up. */
  readonly signal: AbortSignal;
}

/** Gives the `result` of the answer. @throws ApiError for what Telegram refuses. */
export type Method = (call: MethodCall) => unknown;
