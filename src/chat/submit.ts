import { checkFiles } from "../bridge/file-limits.ts";
import { type Prompt, type Resolved, requirePlace, resolvePrompt } from "../bridge/resolve.ts";
import { preferenceOf } from "../bridge/settings.ts";
import { hasTopics } from "../config/topics.ts";
import { parseCommand } from "../domain/directives.ts";
import { UserError } from "../errors.ts";
import { bind, entitle } from "../operations/bind.ts";
import { namesOf } from "../operations/call.ts";
import { operations } from "../operations/index.ts";
import type { HeldForward } from "../store/conversations.ts";
import type { Deferred } from "./deferred.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Group } from "./join.ts";

export interface SubmitParts extends DispatchParts {
  readonly deferred: Deferred;
  /** Does the work for a group later, with whatever it throws taken care of. */
  readonly guard: (group: Group, work: () => void) => void;
}

type Running = NonNullable<ReturnType<DispatchParts["bridge"]["steerable"]>>;

interface Task {
  readonly group: Group;
  readonly prompt: Prompt;
  readonly resolved: Resolved;
  /** Forwards that had waited for a prompt and are part of this one. */
  readonly held: readonly HeldForward[];
}

/** Stands for the topic or sender that a held forward lacks. */
export const NONE = "0";

const RECEIPT = "Added to the running turn.";

/**
 * Turns a group of messages into a run, or adds it to the turn that runs in its thread. The updates count as handled
 * only when either has happened, so that nothing is lost in between.
 *
 * @returns the run that the group belongs to now.
 * @throws UserError for what the person must fix.
 */
export function submit(group: Group, parts: SubmitParts): string {
  const { bridge, deferred, guard } = parts;
  const task = toTask(group, parts);
  const { follows } = group;
  if (follows !== undefined && bridge.job(follows)?.isWaiting) return extend(task, follows, parts);
  const { prompt, resolved } = task;
  const running = group.mustQueue ? undefined : bridge.steerable(prompt, resolved);
  if (running === undefined) return queue(task, parts);
  deferred.add(
    add(task, running).then(
      ({ isTaken, files }) =>
        guard(group, () => {
          if (isTaken) keep(task, running.id, parts);
          else queue({ ...task, prompt: { ...prompt, files } }, parts);
        }),
      (error: unknown) =>
        guard(group, () => {
          throw error;
        }),
    ),
  );
  return running.id;
}

async function add({ prompt: { files: asked = [] }, resolved }: Task, running: Running) {
  const files = await running.fetch(asked);
  return { files, isTaken: await running.steer(resolved.prompt, files) };
}

/** A message that came just after its prompt becomes part of that prompt. */
function extend(task: Task, runId: string, parts: SubmitParts): string {
  const { bridge, deferred, guard, store, log } = parts;
  const { group } = task;
  const change = () =>
    store.transaction(() => {
      const { prompt = "", files = [] } = store.runs.get(runId) ?? {};
      bridge.rewrite(runId, [prompt, group.text].filter((text) => text !== "").join("\n\n"));
      store.runs.setFiles(runId, [...files, ...(task.prompt.files ?? [])]);
      claimMessages(task, runId, parts);
    });
  deferred.add(
    bridge
      .extend(runId, () => guard(group, change))
      .then((isExtended) => {
        log.debug({ runId, updates: group.updateIds, isExtended }, "run.extended");
        if (!isExtended) guard(group, () => queue(task, parts));
      }),
  );
  return runId;
}

function queue(task: Task, parts: SubmitParts): string {
  const { store, bridge, log } = parts;
  const id = store.transaction(() => {
    const added = bridge.add(task.prompt, task.resolved);
    claimMessages(task, added, parts);
    bindTopic(task, parts);
    return added;
  });
  log.debug({ runId: id, updates: task.group.updateIds }, "run.queued");
  bridge.start(id);
  return id;
}

/** A topic that is for nothing yet is for the project that its first message names. */
function bindTopic({ prompt, resolved }: Task, parts: SubmitParts): void {
  const { store, config, transport, deferred, log } = parts;
  const { chatId, topicId } = prompt;
  const { context, named } = resolved;
  if (topicId === undefined || context === undefined || named.project === undefined) return;
  const place = { chatId, topicId };
  const isBound = store.preferences.get(place, preferenceOf.context) !== undefined;
  if (isBound || !hasTopics(config(), chatId)) return;
  const bindParts = { store, chats: transport.chats };
  bind(place, context, bindParts);
  deferred.add(
    entitle(place, context, bindParts).then((problem) => {
      if (problem !== undefined) log.info({ ...place, problem }, "topic.not_renamed");
    }),
  );
}

/** From now on a message that was added to a turn leads to its run. */
function keep(task: Task, runId: string, parts: SubmitParts): void {
  const { store, now, deliver, log } = parts;
  const { chatId, topicId, messageId: replyTo } = task.group.first;
  store.transaction(() => {
    claimMessages(task, runId, parts);
    store.deliveries.add({ runId, chatId, topicId, replyTo, body: RECEIPT, isSilent: true, createdAt: now() });
  });
  log.debug({ runId, updates: task.group.updateIds }, "run.steered");
  deliver();
}

function claimMessages({ group, held }: Task, runId: string, { store }: SubmitParts): void {
  const { chatId } = group.first;
  const messageIds = [...group.messageIds, ...held.map(({ messageId }) => messageId)];
  for (const messageId of messageIds) store.messages.lead(chatId, messageId, runId);
  for (const { messageId } of held) store.conversations.forgetForward(chatId, messageId);
  for (const updateId of group.updateIds) store.updates.handled(updateId);
}

/** @throws UserError for a command of takopi's behind directives, which an engine would be told as its task. */
function requireTask({ prompt, named }: Resolved): void {
  const command = parseCommand(prompt);
  const isDirected = (named.engine ?? named.project ?? named.branch ?? named.presets[0]) !== undefined;
  if (!isDirected || command === undefined || !namesOf(operations).includes(command.name)) return;
  throw new UserError(`Nothing was started: \`/${command.name}\` has to come first, before directives.`, {
    code: "usage",
  });
}

function toTask(group: Group, { config, engines, engineOverride, store, botName }: SubmitParts): Task {
  const { first, follows } = group;
  const held = first.isForward
    ? []
    : store.conversations.heldForwards(first.chatId, first.topicId ?? NONE, first.userId ?? NONE);
  const text = [group.text, ...held.map((forward) => forward.text)].join("\n\n");
  checkFiles(group.files, first.userId, config());
  const files = [...group.files, ...held.flatMap((forward) => forward.files)];
  const prompt: Prompt = { ...first, text, ownText: group.ownText, files, follows };
  const found = resolvePrompt(prompt, { config: config(), engines, store, botName, engineOverride });
  requireTask(found);
  requirePlace(prompt, found, config());
  const resolved = group.spoken.length === 0 ? found : { ...found, prompt: `(voice transcribed) ${found.prompt}` };
  return { group, prompt, resolved, held };
}
