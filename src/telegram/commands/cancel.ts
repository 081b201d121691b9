import type { ChatCommand, CommandInput } from "./command.ts";

export const cancel: ChatCommand = {
  name: "cancel",
  description: "stop the run you reply to, or the only one",
  run: (input) => {
    const found = findRun(input);
    if ("hint" in found) return found.hint;
    return input.bridge.cancel(found.runId) === "none" ? "Nothing is running for that message." : undefined;
  },
};

function findRun({ message, store, bridge }: CommandInput): { runId: string } | { hint: string } {
  if (message.reply) {
    const run = store.runs.byMessage(message.chatId, message.reply.messageId);
    return run ? { runId: run.id } : { hint: "Nothing is running for that message." };
  }
  const [only, ...others] = bridge.active(message.chatId);
  if (!only) return { hint: "Nothing is running in this chat." };
  if (others.length > 0) return { hint: "Several tasks are under way: reply /cancel to the progress message of one." };
  return { runId: only.id };
}
