import { z } from "zod";
import { oneLine, shortenLine } from "../domain/cut.ts";
import { visibleLine } from "../domain/visible.ts";
import { UserError } from "../errors.ts";
import { candidatesFor, findActive } from "./find.ts";
import { defineOperation, type OperationButton, type Told } from "./operation.ts";

/** This word means every run of the chat. */
const ALL = "all";

const Ended = z.object({ run: z.string(), was: z.enum(["running", "queued"]) });

export const cancel = defineOperation({
  name: "cancel",
  summary: "stop the run you reply to, or the only one; `all` stops every run here",
  input: z.strictObject({ run: z.string().optional().describe("a run, a session by name or id, or `all`") }),
  output: z.union([
    z.object({ ended: z.array(Ended) }),
    z.object({ several: z.array(z.object({ run: z.string(), engine: z.string(), prompt: z.string() })) }),
  ]),
  argument: "run",
  intent: "destroy",
  idempotent: true,
  examples: [{}, { run: ALL }],
  run: (access, input, caller) => {
    const several = input.run === undefined ? candidatesFor(access, caller) : [];
    // Elsewhere there is nothing to press.
    if (several.length > 1 && caller.surface === "chat") {
      return { several: several.map(({ id, engine, prompt }) => ({ run: id, engine, prompt })) };
    }
    const { bridge } = access;
    const runs =
      input.run === ALL
        ? bridge.active(caller.place.chatId).map(({ id }) => id)
        : [findActive(access, input.run, caller)];
    const ended = runs.flatMap((run): z.infer<typeof Ended>[] => {
      const was = bridge.cancel(run);
      return was === "none" ? [] : [{ run, was }];
    });
    if (ended.length > 0) return { ended };
    const where = input.run === ALL ? "in this chat" : "for that message";
    throw new UserError(`Nothing is running ${where}.`, { code: "not_found" });
  },
  tell: (output) => {
    if ("several" in output) return offer(output.several);
    const { ended } = output;
    const [first] = ended;
    if (ended.length === 1 && first) {
      const body = first.was === "running" ? "Stopping." : "Dropped from the queue.";
      return { body, runId: first.run, isSeen: true };
    }
    const running = ended.filter(({ was }) => was === "running").length;
    return { body: `Stopping ${running}, dropped ${ended.length - running} from the queue.` };
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
