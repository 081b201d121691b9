import type { ChatCommand } from "./command.ts";
import { findRun } from "./find-run.ts";

export const interrupt: ChatCommand = {
  name: "interrupt",
  description: "end the turn of a run and keep its session",
  run: (input) => {
    const found = findRun(input, "/interrupt");
    if ("hint" in found) return found.hint;
    const { bridge } = input;
    if (bridge.interrupt(found.runId)) return undefined;
    const isActive = bridge.active(input.message.chatId).some(({ id }) => id === found.runId);
    if (!isActive) return "Nothing is running for that message.";
    if (!bridge.isRunning(found.runId)) return "It has not begun yet: `/cancel` drops it from the queue.";
    const run = input.store.runs.get(found.runId);
    return `${(run && bridge.threads.whyNot(run, "interrupt")) ?? "Its turn is just beginning."} \`/cancel\` stops the run.`;
  },
};
