import { checkPrompt } from "./limits.ts";
import type { BridgeOptions } from "./options.ts";
import type { Prompt, Resolved } from "./resolve.ts";
import { newRunId } from "./run-id.ts";

/**
 * Stores a run that waits to be started; gives its id.
 *
 * @param waiting How many runs wait in its chat.
 * @throws UserError if a limit is reached.
 */
export function addRun(prompt: Prompt, resolved: Resolved, waiting: number, options: BridgeOptions): string {
  const { store, now } = options;
  checkPrompt(resolved.prompt, waiting, options);
  const createdAt = now();
  const id = newRunId(createdAt);
  store.runs.add({
    id,
    origin: prompt.origin ?? { type: "message" },
    chatId: prompt.chatId,
    topicId: prompt.topicId ?? null,
    messageId: prompt.messageId ?? null,
    userId: prompt.userId ?? null,
    engine: resolved.engine,
    project: resolved.context?.project ?? null,
    branch: resolved.context?.branch ?? null,
    prompt: resolved.prompt,
    files: prompt.files ?? [],
    presets: resolved.presets,
    resume: resolved.resume ?? null,
    follows: resolved.follows ?? null,
    createdAt,
  });
  if (resolved.resume !== undefined) store.threads.bringBack(resolved.engine, resolved.resume);
  if (resolved.conversation !== undefined) store.conversations.setLatest(resolved.conversation, resolved.engine, id);
  return id;
}
