import type { Completed, RunEvent } from "../domain/events.ts";
import type { ProgressState } from "../domain/progress.ts";
import type { Engine } from "../engine/contract.ts";
import type { EngineOptions } from "../engine/options.ts";
import { UserError, userText } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { OutcomeKind, RunOutcome, StoredRun } from "../store/runs.ts";
import { type Controls, DrivenRun } from "./driven.ts";
import { JobView } from "./job-view.ts";
import { optionsOf } from "./options-of.ts";
import type { BridgeParts } from "./parts.ts";
import { placeOf } from "./place.ts";
import { RunQuestions } from "./questions.ts";
import type { Screen } from "./screen.ts";
import { watchStall } from "./stall.ts";
import { sessionOf } from "./thread.ts";

/** Why a run is ended from outside; the abort reason of its signal. The first wins. */
export interface StopReason {
  readonly kind: Extract<OutcomeKind, "cancelled" | "interrupted" | "error">;
  /** For people, one sentence. */
  readonly text: string;
  /** Where the engine can end the turn alone. */
  readonly isInterrupt?: boolean;
}

export interface Job {
  readonly run: StoredRun;
  readonly screen: Screen;
  /** Aborted with a `StopReason`. */
  readonly signal: AbortSignal;
  /** The run's session is known: its thread is taken from now on. */
  claim(session: string): void;
  /** Set while the run is silent: what the Wait button calls. */
  wait?: (() => void) | undefined;
  /** What may be done to the run; set while the engine has it. */
  controls?: Controls | undefined;
  /** Resolves when nothing of the run is left. */
  readonly over: Promise<void>;
  /** What the engine asks; set while it runs. */
  questions?: RunQuestions | undefined;
}

/**
 * Carries one run out: directory, engine, events to the screen, outcome to the store. Never rejects; the outcome is
 * stored exactly once. Resolves when the engine's process is gone.
 */
export async function runJob(job: Job, parts: BridgeParts): Promise<void> {
  const { run } = job;
  const log = parts.log.child({ runId: run.id, engine: run.engine, chatId: run.chatId });
  const view = new JobView(job, parts);
  try {
    const { engine, opened, options } = await openRun(job, parts, log);
    const onWaiting = () => view.waiting(questions.isWaiting);
    const questions = new RunQuestions({ run, controls: () => opened.controls, rules: options, parts, log, onWaiting });
    job.questions = questions;
    const stop = () => {
      view.stopping();
      const { text, isInterrupt } = job.signal.reason as StopReason;
      void (isInterrupt && opened.controls.interrupt ? opened.controls.interrupt() : opened.stop(text));
    };
    if (job.signal.aborted) stop();
    job.signal.addEventListener("abort", stop, { once: true });
    const stall = watchStall(job, view, parts);
    try {
      for await (const event of opened) {
        job.controls = opened.controls;
        stall.heard(event);
        questions.heard(event);
        handle(event, { job, parts, view, engine, log });
      }
    } finally {
      job.controls = undefined;
      stall.end();
      await questions.end();
      job.questions = undefined;
      job.signal.removeEventListener("abort", stop);
    }
  } catch (error) {
    const { aborted, reason } = job.signal;
    if (!(error instanceof UserError) && error !== reason) log.error({ err: error }, "run.failed");
    const end = aborted ? endOf(reason) : { kind: "error" as const, error: userText(error, run.id) };
    settle(job, parts, { ...end, answer: "", steps: 0, usage: undefined });
  }
}

interface Opened {
  readonly engine: Engine;
  readonly opened: DrivenRun;
  readonly options: EngineOptions;
}

async function openRun(job: Job, parts: BridgeParts, log: Logger): Promise<Opened> {
  const { run } = job;
  const engine = parts.engines.find(({ id }) => id === run.engine);
  if (!engine)
    throw new UserError(
      `The engine '${run.engine}' is not known here; there are ${parts.engines.map(({ id }) => id).join(", ")}.`,
    );
  const resume = sessionToFollow(run, parts);
  const config = parts.config();
  const cwd = await placeOf(run, { config, home: parts.home, signal: job.signal });
  const options = optionsOf({ engine, project: run.project, session: resume }, { config, store: parts.store });
  parts.store.durably(() => parts.store.runs.start(run.id, parts.now(), cwd));
  log.info({ cwd, resume, project: run.project, branch: run.branch }, "run.started");
  const spec = {
    ...{ runId: run.id, engine: engine.id, prompt: run.prompt, attachments: [], overrides: {} },
    ...(resume !== undefined && { session: resume }),
  };
  const opened = engine.open({ spec, cwd, options, env: parts.env, log, trusted: true, host: parts.host });
  return { engine, opened: new DrivenRun(opened), options };
}

function sessionToFollow(run: StoredRun, parts: BridgeParts): string | undefined {
  const { session } = sessionOf(run, parts.store.runs);
  if (session !== undefined || run.follows === null) return session;
  throw new UserError(
    "The task before this one ended without a session to go on with: send this again as a new message.",
  );
}

interface Scene {
  readonly job: Job;
  readonly parts: BridgeParts;
  readonly view: JobView;
  readonly engine: Engine;
  readonly log: Logger;
}

function handle(event: RunEvent, { job, parts, view, engine, log }: Scene): void {
  switch (event.type) {
    case "started":
      parts.store.runs.setSession(job.run.id, event.resume.value);
      job.claim(event.resume.value);
      log.info({ session: event.resume.value }, "run.session");
      view.started(engine.resume.format(event.resume.value));
      break;
    case "action":
      view.acted(event);
      break;
    case "text":
      job.screen.write(event.text);
      break;
    case "process": {
      const { pid, startTime: processStart, markId = null } = event.mark;
      parts.store.runs.setProcess(job.run.id, { pid, processStart, markId });
      break;
    }
    case "ready":
    case "ack":
    case "question":
    case "resolved":
      break;
    case "completed":
      log.debug({ ok: event.ok }, "run.outcome");
      if (event.resume) parts.store.runs.setSession(job.run.id, event.resume.value);
      settle(job, parts, toOutcome(event, job.signal, view.progress));
      log.info({ ok: event.ok, usage: event.usage, stopped: job.signal.aborted }, "run.completed");
      break;
  }
}

function toOutcome(event: Completed, signal: AbortSignal, progress: ProgressState): RunOutcome {
  const common = { answer: event.answer, usage: event.usage, steps: progress.steps };
  if (signal.aborted && !event.ok) return { ...common, ...endOf(signal.reason) };
  if (!event.ok) return { ...common, kind: "error", error: event.error };
  if (event.answer.trim() === "") return { ...common, kind: "error", error: "The engine ended without an answer." };
  return { ...common, kind: "done", error: undefined };
}

const endOf = ({ kind, text }: StopReason): Pick<RunOutcome, "kind" | "error"> => ({
  kind,
  error: kind === "cancelled" ? undefined : text,
});

/** Stores the outcome and what must be delivered of it together, then lets the screen go. */
export function settle(job: Pick<Job, "run" | "screen">, parts: BridgeParts, outcome: RunOutcome): void {
  const { run } = job;
  parts.store.durably(() => {
    if (!parts.store.runs.end(run.id, outcome, parts.now())) return;
    parts.store.deliveries.add({
      runId: run.id,
      chatId: run.chatId,
      topicId: run.topicId,
      replyTo: run.messageId,
      body: null,
      createdAt: parts.now(),
    });
  });
  job.screen.close();
  parts.screens.deliver();
}
