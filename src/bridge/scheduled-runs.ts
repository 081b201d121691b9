import { writeDirectives } from "../domain/directives.ts";
import type { Bridge } from "./bridge.ts";
import type { BridgeOptions } from "./options.ts";
import { resolvePrompt } from "./resolve.ts";
import { ScheduleClock } from "./schedules.ts";

export interface ScheduledRunsSetup extends Pick<BridgeOptions, "config" | "engines" | "store" | "now" | "log"> {
  readonly bridge: Bridge;
  /** `takopi <engine>`. */
  readonly engineOverride: string | undefined;
  /** Has what is stored to be delivered sent. */
  readonly deliver: () => void;
}

/** The clock of a bridge's schedules: what is due becomes a run in the schedule's chat, as if it had been written there. */
export function scheduleRuns(setup: ScheduledRunsSetup): ScheduleClock {
  const { bridge, config, engines, store, engineOverride, now, deliver } = setup;
  return new ScheduleClock({
    ...setup,
    configured: () => config().schedules,
    add: (schedule, { slept, follows }) => {
      const { chatId, topicId, name, quiet, isPlain } = schedule;
      const prompt = {
        ...{ chatId, topicId, messageId: undefined, userId: undefined, isPrivate: false, reply: undefined },
        ...{
          text: isPlain ? "" : writeDirectives(schedule),
          follows,
          origin: { type: "schedule" as const, name, slept, quiet },
        },
      };
      const resolved = resolvePrompt(prompt, { config: config(), engines, store, botName: "", engineOverride });
      return bridge.add(prompt, isPlain ? { ...resolved, prompt: schedule.prompt } : resolved);
    },
    start: (runId) => bridge.start(runId),
    isBusy: ({ chatId, topicId }) => bridge.active(chatId).some((run) => run.topicId === (topicId ?? null)),
    tell: ({ chatId, topicId, name }, problem) => {
      const body = `The schedule ${name} could not run: ${problem}`;
      store.deliveries.add({ chatId, topicId, body, createdAt: now() });
      deliver();
    },
  });
}
