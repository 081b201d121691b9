import { resolvePrompt } from "../bridge/resolve.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Intent } from "./intent.ts";
import { withQuote } from "./quote.ts";

/**
 * Changes the task of a message that was edited while it waits. A task that runs or has ended stays as it is, and
 * that is told.
 *
 * @returns what to say; undefined if the message is no task, or asks for what it asked for.
 * @throws UserError for what the person must fix.
 */
export function applyEdit(
  { message, task }: Extract<Intent, { type: "edit" }>,
  parts: DispatchParts,
): string | undefined {
  const { bridge, store, config } = parts;
  const run = store.messages.runOf(message.chatId, message.messageId);
  if (!run || task === undefined) return undefined;
  const resolved = resolvePrompt({ ...message, text: withQuote(task, message) }, { ...parts, config: config() });
  if (!bridge.job(run.id)?.isWaiting) {
    // Telegram also reports an edit if only the preview of a link has come.
    if (run.prompt.includes(resolved.prompt)) return undefined;
    const state = run.state === "ended" ? "has ended" : "runs already";
    return `This task ${state}, so the edit changes nothing: reply to it to say more.`;
  }
  if (store.messages.countOfPeople(run.id) > 1) {
    return "This task was joined from several messages: `/cancel` it, and send it again as you want it.";
  }
  const { project = null, branch = null } = resolved.context ?? {};
  if (resolved.engine !== run.engine || project !== run.project || branch !== run.branch) {
    return "A waiting task keeps its engine, project and branch, so it was not changed: `/cancel` it, and send it again.";
  }
  if (resolved.prompt === run.prompt) return undefined;
  bridge.rewrite(run.id, resolved.prompt);
  return "The waiting task was changed.";
}
