import { z } from "zod";
import { oneLine, shortenLine } from "../domain/cut.ts";
import { visibleLine } from "../domain/visible.ts";
import { UserError } from "../errors.ts";
import { candidatesFor, findRun } from "./find.ts";
import { defineOperation, type OperationButton, type Told } from "./operation.ts";

export const cancel = defineOperation({
  name: "cancel",
  summary: "stop the run you reply to, or the only one",
  input: z.strictObject({ run: z.string().optional() }),
  output: z.union([
    z.object({ run: z.string(), was: z.enum(["running", "queued"]) }),
    z.object({ several: z.array(z.object({ run: z.string(), engine: z.string(), prompt: z.string() })) }),
  ]),
  intent: "destroy",
  idempotent: true,
  examples: [{}],
  run: (access, input, caller) => {
    const several = input.run === undefined ? candidatesFor(access, caller) : [];
    // Elsewhere there is nothing to press.
    if (several.length > 1 && caller.surface === "chat") {
      return { several: several.map(({ id, engine, prompt }) => ({ run: id, engine, prompt })) };
    }
    const run = findRun(access, input.run, caller);
    const was = access.bridge.cancel(run);
    if (was === "none") throw new UserError("Nothing is running for that message.");
    return { run, was };
  },
  tell: (output) => {
    if ("several" in output) return offer(output.several);
    const { was, run: runId } = output;
    return { body: was === "running" ? "Stopping." : "Dropped from the queue.", runId, isSeen: true };
  },
});

/** In characters, of the beginning of a task. */
const LABEL_LENGTH = 40;
const SHOWN = 12;

function offer(several: readonly { readonly run: string; readonly engine: string; readonly prompt: string }[]): Told {
  const buttons = several.slice(0, SHOWN).map(({ run, engine, prompt }): OperationButton[] => {
    const label = `${engine}: ${shortenLine(visibleLine(oneLine(prompt)), LABEL_LENGTH)}`;
    return [{ label, operation: "cancel", input: { run }, style: "danger" }];
  });
  return { body: "Several tasks are under way. Which one shall stop?", buttons };
}
