import { z } from "zod";
import { UserError } from "../errors.ts";
import { findActive } from "./find.ts";
import { defineOperation } from "./operation.ts";

/** What stands for every run of the chat. */
const ALL = "all";

const Ended = z.object({ run: z.string(), was: z.enum(["running", "queued"]) });

export const cancel = defineOperation({
  name: "cancel",
  summary: "stop the run you reply to, or the only one; `all` stops every run here",
  input: z.strictObject({ run: z.string().optional().describe("a run, a session by name or id, or `all`") }),
  output: z.array(Ended),
  argument: "run",
  intent: "destroy",
  idempotent: true,
  examples: [{}, { run: ALL }],
  run: (access, input, caller) => {
    const { bridge } = access;
    const runs =
      input.run === ALL
        ? bridge.active(caller.place.chatId).map(({ id }) => id)
        : [findActive(access, input.run, caller)];
    const ended = runs.flatMap((run): z.infer<typeof Ended>[] => {
      const was = bridge.cancel(run);
      return was === "none" ? [] : [{ run, was }];
    });
    if (ended.length > 0) return ended;
    throw new UserError("Nothing is running for that message.", { code: "not_found" });
  },
  tell: (ended) => {
    const [first] = ended;
    if (ended.length === 1 && first) {
      const body = first.was === "running" ? "Stopping." : "Dropped from the queue.";
      return { body, runId: first.run, isSeen: true };
    }
    const running = ended.filter(({ was }) => was === "running").length;
    return { body: `Stopping ${running}, dropped ${ended.length - running} from the queue.` };
  },
});
