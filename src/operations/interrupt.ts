import { z } from "zod";
import { findActive } from "./find.ts";
import { whyNotInTurn } from "./in-turn.ts";
import { defineOperation } from "./operation.ts";

export const interrupt = defineOperation({
  name: "interrupt",
  summary: "end the turn of a run and keep its session",
  input: z.strictObject({ run: z.string().optional() }),
  output: z.object({ run: z.string() }),
  argument: "run",
  intent: "write",
  idempotent: true,
  examples: [{}],
  run: (access, input, caller) => {
    const run = findActive(access, input.run, caller);
    if (access.bridge.job(run)?.interrupt()) return { run };
    throw whyNotInTurn(access, run, "interrupt");
  },
  tell: ({ run: runId }) => ({ body: "Ending the turn.", runId, isSeen: true }),
});
