import { z } from "zod";
import { shortenLine } from "../domain/cut.ts";
import { formatElapsed } from "../domain/elapsed.ts";
import { MS_PER_MINUTE } from "../domain/time.ts";
import { inlineCode } from "./inline-code.ts";
import { defineOperation, type OperationButton } from "./operation.ts";

const SHOWN_SESSIONS = 8;
/** In characters, of the beginning of a prompt. */
const PROMPT_LENGTH = 60;

const Session = z.object({
  run: z.string(),
  session: z.string().nullable(),
  engine: z.string(),
  project: z.string().nullable(),
  branch: z.string().nullable(),
  isBusy: z.boolean(),
  /** Busy or idle, ms. */
  forMs: z.number(),
  prompt: z.string(),
});

/** Sessions that have a run, or whose engine may still be warm from the last one. */
export const sessions = defineOperation({
  name: "sessions",
  summary: "live sessions of this chat, to stop, compact or fork",
  input: z.strictObject({}),
  output: z.array(Session),
  intent: "read",
  idempotent: true,
  examples: [{}],
  run: ({ store, config, bridge, now }, _input, { place }) =>
    store.threads
      .since(place.chatId, now - config.limits.idle_minutes * MS_PER_MINUTE)
      .filter(
        (run) =>
          run.state === "running" || (run.session !== null && bridge.threads.whyNot(run, "compact") === undefined),
      )
      .slice(0, SHOWN_SESSIONS)
      .map(({ id, session, engine, project, branch, state, startedAt, endedAt, createdAt, prompt }) => {
        const isBusy = state === "running";
        const forMs = now - ((isBusy ? startedAt : endedAt) ?? createdAt);
        return { run: id, session, engine, project, branch, isBusy, forMs, prompt };
      }),
  tell: (live) => ({
    body: live.map((one, index) => `${index + 1}. ${describe(one)}`).join("\n") || "No session of this chat is live.",
    buttons: live.map(({ run, isBusy }, index) => buttonsOf(run, index + 1, isBusy)),
  }),
});

function buttonsOf(run: string, number: number, isBusy: boolean): OperationButton[] {
  if (isBusy) return [{ label: `${number} Stop`, operation: "cancel", input: { run }, style: "danger" }];
  return [
    { label: `${number} Compact`, operation: "compact", input: { session: run } },
    { label: `${number} Fork`, operation: "fork", input: { session: run } },
  ];
}

function describe({ engine, project, branch, isBusy, forMs, prompt }: z.infer<typeof Session>): string {
  const place = project === null ? [] : [inlineCode(branch === null ? project : `${project} @${branch}`)];
  const state = `${isBusy ? "busy" : "idle"} for ${formatElapsed(forMs)}`;
  return [inlineCode(engine), ...place, state, inlineCode(shortenLine(prompt, PROMPT_LENGTH))].join(" · ");
}
