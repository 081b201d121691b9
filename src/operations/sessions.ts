import { z } from "zod";
import { writeContext } from "../domain/context.ts";
import { shortenLine } from "../domain/cut.ts";
import { formatElapsed } from "../domain/elapsed.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { MS_PER_MINUTE } from "../domain/time.ts";
import { findSaved, projectsOf } from "./found-sessions.ts";
import { type Access, defineOperation, type OperationButton, type Told } from "./operation.ts";

const SHOWN_SESSIONS = 8;
const SHOWN_SAVED = 20;
/** In characters, of the beginning of a prompt. */
const PROMPT_LENGTH = 60;

const Session = z.object({
  run: z.string(),
  session: z.string().nullable(),
  name: z.string().nullable(),
  engine: z.string(),
  project: z.string().nullable(),
  branch: z.string().nullable(),
  isBusy: z.boolean(),
  /** Busy or idle, ms. */
  forMs: z.number(),
  prompt: z.string(),
});

const Saved = z.object({
  session: z.string(),
  engine: z.string(),
  project: z.string().nullable(),
  title: z.string(),
  at: z.number(),
});
const Output = z.object({
  live: z.array(Session),
  saved: z.array(Saved),
  problems: z.array(z.string()),
  now: z.number(),
});

/** Sessions that have a run, or whose engine may still be warm from the last one. */
export const sessions = defineOperation({
  name: "sessions",
  summary:
    "live sessions of this chat; `all` adds those of the project, and of other machines, that began in a terminal",
  input: z.strictObject({
    all: z.boolean().optional().describe("also those that engines have saved for the project, whoever began them"),
    project: z.string().min(1).optional(),
  }),
  output: Output,
  operands: ["all"],
  read: (words) => (/^all\b/.test(words) ? { all: true, ...projectIn(words) } : {}),
  intent: "read",
  idempotent: true,
  examples: [{}, { all: true }],
  run: async (access, { all, project }, { place }) => {
    const live = liveOf(access, place.chatId);
    const none = { found: [], problems: [] };
    const { found, problems } = all ? await findSaved(access, projectsOf(access, project, place.chatId)) : none;
    const saved = found.filter(
      (one) => !live.some(({ session, engine }) => session === one.session && engine === one.engine),
    );
    return { live, saved: saved.slice(0, SHOWN_SAVED), problems, now: access.now };
  },
  tell,
});

/** `all web` */
function projectIn(words: string): { project?: string } {
  const [, project] = words.split(/\s+/);
  return project === undefined ? {} : { project };
}

function liveOf({ store, config, bridge, now }: Access, chatId: string): z.infer<typeof Session>[] {
  const { idle_minutes: minutes } = config.limits;
  return store.threads
    .since(chatId, minutes === "never" ? 0 : now - minutes * MS_PER_MINUTE)
    .filter(
      (run) => run.state === "running" || (run.session !== null && bridge.threads.whyNot(run, "compact") === undefined),
    )
    .slice(0, SHOWN_SESSIONS)
    .map(({ id, session, engine, project, branch, state, startedAt, endedAt, createdAt, prompt }) => {
      const isBusy = state === "running";
      const forMs = now - ((isBusy ? startedAt : endedAt) ?? createdAt);
      const name = session === null ? null : (store.threads.name(engine, session) ?? null);
      return { run: id, session, name, engine, project, branch, isBusy, forMs, prompt };
    });
}

function tell({ live, saved, problems, now }: z.infer<typeof Output>): Told {
  const lines = [...live.map(describe), ...saved.map((one) => describeSaved(one, now))];
  const numbered = lines.map((line, index) => `${index + 1}. ${line}`).join("\n");
  const buttons = [
    ...live.map(({ run, isBusy }, index) => buttonsOf(run, index + 1, isBusy)),
    ...saved.map(({ session, engine, project }, index) => [
      {
        label: `${live.length + index + 1} Continue`,
        operation: "continue",
        input: { session, engine, ...(project !== null && { project }) },
      },
    ]),
  ];
  return { body: [numbered || "No session of this chat is live.", ...problems].join("\n\n"), buttons };
}

function describeSaved({ session, engine, project, title, at }: z.infer<typeof Saved>, now: number): string {
  const place = project === null ? [] : [inlineCode(project)];
  const age = `${formatElapsed(Math.max(0, now - at))} ago`;
  const words = inlineCode(shortenLine(title, PROMPT_LENGTH));
  return [inlineCode(engine), ...place, age, words, inlineCode(session)].join(" · ");
}

function buttonsOf(run: string, number: number, isBusy: boolean): OperationButton[] {
  if (isBusy) return [{ label: `${number} Stop`, operation: "cancel", input: { run }, style: "danger" }];
  return [
    { label: `${number} Compact`, operation: "compact", input: { session: run } },
    { label: `${number} Fork`, operation: "fork", input: { session: run } },
    { label: `${number} End`, operation: "end", input: { session: run } },
  ];
}

function describe({
  run,
  session,
  name,
  engine,
  project,
  branch,
  isBusy,
  forMs,
  prompt,
}: z.infer<typeof Session>): string {
  const place = project === null ? [] : [inlineCode(writeContext({ project, branch }))];
  const state = `${isBusy ? "busy" : "idle"} for ${formatElapsed(forMs)}`;
  const words = inlineCode(shortenLine(prompt, PROMPT_LENGTH));
  return [inlineCode(engine), ...place, state, words, inlineCode(name ?? session ?? run)].join(" · ");
}
