import type { CommandInput } from "./command.ts";

/** The run that a command means: that of the replied-to message, or the only one of the chat; else what to do. */
export function findRun(
  { message, store, bridge }: CommandInput,
  command: string,
): { readonly runId: string } | { readonly hint: string } {
  if (message.reply) {
    const run = store.runs.byMessage(message.chatId, message.reply.messageId);
    return run ? { runId: run.id } : { hint: "Nothing is running for that message." };
  }
  const [only, ...others] = bridge.active(message.chatId);
  if (!only) return { hint: "Nothing is running in this chat." };
  if (others.length === 0) return { runId: only.id };
  return { hint: `Several tasks are under way: reply ${command} to the progress message of one.` };
}
