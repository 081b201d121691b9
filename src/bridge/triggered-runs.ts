import { writeDirectives } from "../domain/directives.ts";
import { depthOf, type Trigger } from "../domain/trigger.ts";
import { UserError } from "../errors.ts";
import type { Bridge } from "./bridge.ts";
import { type Prompt, resolvePrompt } from "./resolve.ts";
import type { ScheduledRunsSetup } from "./scheduled-runs.ts";
import { type Cause, Triggers } from "./triggers.ts";

type Setup = Omit<ScheduledRunsSetup, "bridge"> & { readonly bridge: () => Bridge };

/** The triggers of a bridge: what they begin is shown and answered in the conversation of the run that fired them. */
export function triggerRuns(setup: Setup): Triggers {
  const { bridge, config, store, deliver } = setup;
  return new Triggers({
    ...setup,
    configured: () => config().triggers,
    act: (trigger, cause, text) => {
      if (trigger.do === "task") return begin(trigger, cause, text, setup);
      if (trigger.do === "reply") return reply(trigger, cause, text, setup);
      if (trigger.do === "brief") return brief(cause, text, setup);
      const { chatId, topicId } = placeOf(trigger, cause);
      store.deliveries.add({ chatId, topicId, runId: cause.run?.id, body: text, createdAt: setup.now() });
      return undefined;
    },
    start: (runId) => bridge().start(runId),
    isBusy: (trigger, cause) => {
      const { chatId, topicId } = placeOf(trigger, cause);
      return bridge()
        .active(chatId)
        .some((run) => run.topicId === (topicId ?? null) && run.state !== "ended");
    },
    deliver,
  });
}

function placeOf({ chatId, topicId }: Trigger, { run }: Cause): Pick<Prompt, "chatId" | "topicId"> {
  if (chatId !== undefined) return { chatId, topicId };
  if (!run) throw new UserError("It names no chat to act in: set chat_id.");
  return { chatId: run.chatId, topicId: run.topicId ?? undefined };
}

const promptOf = (trigger: Trigger, cause: Cause, text: string): Prompt => ({
  ...placeOf(trigger, cause),
  ...{ messageId: undefined, userId: undefined, isPrivate: false, reply: undefined, text },
  origin: {
    type: "trigger",
    name: trigger.name,
    depth: depthOf(cause.run?.origin ?? { type: "message" }) + 1,
    of: cause.run?.id,
  },
});

/** Directives are those of the config alone: whatever the text has in it is text. */
function begin(trigger: Trigger, cause: Cause, text: string, setup: Setup): string {
  const { project = cause.run?.project, branch = cause.run?.branch, engine = cause.run?.engine } = trigger;
  const names = { project: project ?? undefined, branch: branch ?? undefined, engine };
  const prompt = promptOf(trigger, cause, writeDirectives({ ...names, prompt: "task" }));
  return add(prompt, text, setup);
}

function reply(trigger: Trigger, cause: Cause, text: string, setup: Setup): string {
  const { run } = cause;
  if (!run?.session) throw new UserError("The run has no session to reply to.");
  return add({ ...promptOf(trigger, cause, ""), follows: run.id }, text, setup);
}

function add(prompt: Prompt, text: string, setup: Setup): string {
  const resolved = resolvePrompt(prompt, { ...setup, config: setup.config(), botName: "" });
  return setup.bridge().add(prompt, { ...resolved, prompt: text });
}

/** Begins nothing: the session has the text in front of its next prompt. */
function brief({ run }: Cause, text: string, { store }: Setup): undefined {
  if (!run?.session) throw new UserError("The run has no session to tell.");
  store.threads.addBrief(run.engine, run.session, text);
}
