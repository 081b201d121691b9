import type { z } from "zod";
import { EngineError } from "../errors.ts";
import type { Engine, Live, Run, RunRequest } from "./contract.ts";
import { describeOptions } from "./define.ts";
import type { EngineOptions } from "./options.ts";

/** The two-way side of an engine, as its runner makes it. */
export interface LiveSide<Options extends EngineOptions> extends Live {
  /** As `Engine.open`, for options that say `interactive = true`. Never throws. */
  open(request: RunRequest & { readonly options: Options }): Run;
}

/** One engine of two sides: `interactive` decides which of them opens a run. */
export function withLive<Options extends EngineOptions>(
  headless: Engine,
  options: z.ZodType<Options>,
  live: LiveSide<Options>,
): Engine {
  return {
    ...headless,
    live,
    open: (request) => {
      const parsed = options.safeParse(request.options);
      // Options that are not right are explained by the headless side.
      if (!parsed.success || parsed.data.interactive !== true) return headless.open(request);
      return live.open({ ...request, options: parsed.data });
    },
  };
}

/**
 * An engine's own options, for its operations.
 *
 * @throws EngineError that names the option which is not right.
 */
export function readOptions<Options>(id: string, schema: z.ZodType<Options>, options: EngineOptions): Options {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new EngineError(describeOptions(id, parsed.error));
}
