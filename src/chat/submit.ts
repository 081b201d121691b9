import { type Prompt, type Resolved, resolvePrompt } from "../bridge/resolve.ts";
import { parseCommand } from "../domain/directives.ts";
import type { HeldForward } from "../store/conversations.ts";
import type { Deferred } from "./deferred.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Incoming } from "./incoming.ts";
import type { Group } from "./join.ts";

export interface SubmitParts extends DispatchParts {
  readonly deferred: Deferred;
  /** Does the work for a group later, with whatever it throws taken care of. */
  readonly guard: (group: Group, work: () => void) => void;
}

interface Task {
  readonly prompt: Prompt;
  readonly resolved: Resolved;
  /** Forwards that had waited for a prompt and are part of this one. */
  readonly held: readonly HeldForward[];
  /** It must wait for its turn, whatever could be steered. */
  readonly mustQueue: boolean;
}

/** Stands for the topic or sender that a held forward lacks. */
export const NONE = "0";

const RECEIPT = "Added to the running turn.";

/**
 * Turns a group of messages into a run, or adds it to the turn that runs in its thread. The updates count as handled
 * only when either has happened, so that nothing is lost in between.
 *
 * @returns the run that the group belongs to now.
 * @throws UserError for what the person must mend.
 */
export function submit(group: Group, parts: SubmitParts): string {
  const { bridge, deferred, guard } = parts;
  const { prompt, resolved, mustQueue } = toTask(group, parts);
  const running = mustQueue ? undefined : bridge.steerable(prompt, resolved);
  if (running === undefined) return queue(group, parts);
  deferred.add(
    running.steer(resolved.prompt).then((isTaken) =>
      guard(group, () => {
        if (isTaken) keep(group, running.runId, parts);
        else queue(group, parts);
      }),
    ),
  );
  return running.runId;
}

function queue(group: Group, parts: SubmitParts): string {
  const { store, bridge, log } = parts;
  const id = store.transaction(() => {
    const { prompt, resolved, held } = toTask(group, parts);
    const added = bridge.add(prompt, resolved);
    claimMessages(group, held, added, parts);
    return added;
  });
  log.debug({ runId: id, updates: group.updateIds }, "run.queued");
  bridge.start(id);
  return id;
}

/** What was added to a turn leads to its run from now on. */
function keep(group: Group, runId: string, parts: SubmitParts): void {
  const { store, now, deliver, log } = parts;
  const { chatId, topicId = null, messageId: replyTo } = group.first;
  store.transaction(() => {
    claimMessages(group, toTask(group, parts).held, runId, parts);
    store.deliveries.add({ runId, chatId, topicId, replyTo, body: RECEIPT, createdAt: now() });
  });
  log.debug({ runId, updates: group.updateIds }, "run.steered");
  deliver();
}

function claimMessages(group: Group, held: readonly HeldForward[], runId: string, { store }: SubmitParts): void {
  const { chatId, topicId = NONE, userId = NONE } = group.first;
  const messageIds = [...group.messageIds, ...held.map(({ messageId }) => messageId)];
  for (const messageId of messageIds) store.runs.addMessage(chatId, messageId, runId);
  if (held.length > 0) store.conversations.forgetForwards(chatId, topicId, userId);
  for (const updateId of group.updateIds) store.updates.handled(updateId);
}

function toTask(group: Group, { config, engines, engineOverride, store, botName }: SubmitParts): Task {
  const { first, follows } = group;
  const queued = readQueued({ ...first, text: group.text }, botName);
  const held = first.isForward
    ? []
    : store.conversations.heldForwards(first.chatId, first.topicId ?? NONE, first.userId ?? NONE);
  const text = [queued ?? group.text, ...held.map((forward) => forward.text)].join("\n\n");
  const prompt: Prompt = { ...first, text, follows };
  const resolved = resolvePrompt(prompt, { config: config(), engines, store, botName, engineOverride });
  return { prompt, resolved, held, mustQueue: queued !== undefined };
}

/** Whether a message is a task that `/queue` stands before. */
export function isQueued(message: Incoming, botName: string): boolean {
  return !message.attachment && readQueued(message, botName) !== undefined;
}

/** The text behind `/queue`; undefined where that is not what the message begins with. */
export function readQueued(
  { text, isForward }: Pick<Incoming, "text" | "isForward">,
  botName: string,
): string | undefined {
  const command = isForward ? undefined : parseCommand(text);
  const isOurs = command?.bot === undefined || command.bot.toLowerCase() === botName.toLowerCase();
  return command?.name === "queue" && isOurs && command.args !== "" ? command.args : undefined;
}
