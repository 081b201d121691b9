import type { ChatCommand } from "./command.ts";
import { findRun } from "./find-run.ts";

export const cancel: ChatCommand = {
  name: "cancel",
  description: "stop the run you reply to, or the only one",
  run: (input) => {
    const found = findRun(input, "/cancel");
    if ("hint" in found) return found.hint;
    return input.bridge.cancel(found.runId) === "none" ? "Nothing is running for that message." : undefined;
  },
};
