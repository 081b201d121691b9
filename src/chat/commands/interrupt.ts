import { optionsOf } from "../../bridge/options-of.ts";
import { refusalOf } from "../../bridge/refusal.ts";
import type { ChatCommand, CommandInput } from "./command.ts";
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
    return `${whyNot(input, found.runId) ?? "Its turn is just beginning."} \`/cancel\` stops the run.`;
  },
};

function whyNot({ store, engines, config }: CommandInput, runId: string): string | undefined {
  const run = store.runs.get(runId);
  const engine = engines.find(({ id }) => id === run?.engine);
  if (!run || !engine) return undefined;
  const options = optionsOf({ engine, project: run.project, session: run.session }, { config, store });
  return refusalOf(engine, "interrupt", options);
}
