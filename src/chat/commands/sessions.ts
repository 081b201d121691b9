import { shortenLine } from "../../domain/cut.ts";
import { formatElapsed } from "../../domain/elapsed.ts";
import { MS_PER_MINUTE } from "../../domain/time.ts";
import type { StoredRun } from "../../store/runs.ts";
import { threadButtons } from "../buttons.ts";
import { inlineCode } from "../inline-code.ts";
import type { Answer, ChatCommand, CommandInput } from "./command.ts";

const SHOWN_THREADS = 8;
/** In characters, of the beginning of a prompt. */
const PROMPT_LENGTH = 60;

/** Threads that have a run, or whose engine may still be warm from the last one. */
export const sessions: ChatCommand = {
  name: "sessions",
  description: "live threads of this chat, to stop, compact or fork",
  run: (input) => {
    const { store, message, config, bridge, now } = input;
    const since = now - config.limits.idle_minutes * MS_PER_MINUTE;
    const live = store.threads
      .since(message.chatId, since)
      .filter(
        (run) =>
          run.state === "running" || (run.session !== null && bridge.threads.whyNot(run, "compact") === undefined),
      )
      .slice(0, SHOWN_THREADS);
    return live.length === 0 ? "No thread of this chat is live." : toAnswer(live, input);
  },
};

function toAnswer(live: readonly StoredRun[], { now }: CommandInput): Answer {
  const lines = live.map((run, index) => `${index + 1}. ${describe(run, now)}`);
  const buttons = live.map((run, index) =>
    threadButtons(run.id, { number: index + 1, isBusy: run.state === "running" }),
  );
  return { body: lines.join("\n"), buttons };
}

function describe(run: StoredRun, now: number): string {
  const { engine, project, branch, prompt, startedAt, endedAt, createdAt } = run;
  const place = project === null ? [] : [inlineCode(branch === null ? project : `${project} @${branch}`)];
  const state =
    run.state === "running"
      ? `busy for ${formatElapsed(now - (startedAt ?? createdAt))}`
      : `idle for ${formatElapsed(now - (endedAt ?? createdAt))}`;
  return [inlineCode(engine), ...place, state, inlineCode(shortenLine(prompt, PROMPT_LENGTH))].join(" · ");
}
