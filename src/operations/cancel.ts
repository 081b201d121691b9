import { z } from "zod";
import { UserError } from "../errors.ts";
import { findActive } from "./find.ts";
import { defineOperation } from "./operation.ts";

export const cancel = defineOperation({
  name: "cancel",
  summary: "stop the run you reply to, or the only one",
  input: z.strictObject({ run: z.string().optional() }),
  output: z.object({ run: z.string(), was: z.enum(["running", "queued"]) }),
  intent: "destroy",
  idempotent: true,
  examples: [{}],
  run: (access, input, caller) => {
    const run = findActive(access, input.run, caller);
    const was = access.bridge.cancel(run);
    if (was === "none") throw new UserError("Nothing is running for that message.");
    return { run, was };
  },
  tell: ({ was, run: runId }) => ({
    body: was === "running" ? "Stopping." : "Dropped from the queue.",
    ...{ runId, isSeen: true },
  }),
});
