import { z } from "zod";
import { UserError } from "../errors.ts";
import { findActive, runRef } from "./find.ts";
import { whyNotInTurn } from "./in-turn.ts";
import { defineOperation } from "./operation.ts";

export const steer = defineOperation({
  name: "steer",
  summary: "add a message to the running turn",
  input: z.strictObject({
    run: runRef,
    text: z.string().trim().default(""),
  }),
  output: z.object({ run: z.string() }),
  argument: "text",
  operands: ["run", "text"],
  intent: "write",
  idempotent: false,
  examples: [{ text: "use the old API" }],
  run: async (access, { run: ref, text }, caller) => {
    if (text === "") throw new UserError("Add the message, as in `/steer use the old API`.", { code: "usage" });
    const run = findActive(access, ref, caller);
    if (await access.bridge.job(run)?.steer(text)) return { run };
    throw whyNotInTurn(access, run, "steer");
  },
  tell: ({ run: runId }) => ({ body: "Added to the running turn.", runId }),
});
