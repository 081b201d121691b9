import { z } from "zod";
import { formatElapsed } from "../domain/elapsed.ts";
import { assertNever, type ShownEvent } from "../domain/events.ts";
import { inlineCode } from "../domain/inline-code.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { findRun, runRef } from "./find.ts";
import { type Access, type Caller, defineOperation } from "./operation.ts";

/** An agent's client gives a tool up after a minute. */
const AGENT_SECONDS = 40;
/** For a caller that takes no stream. */
const KEPT_EVENTS = 50;

const Output = z.object({
  run: z.string(),
  state: z.string(),
  /** ms */
  forMs: z.number(),
  answer: z.string().nullable(),
  error: z.string().nullable(),
  /** The newest that came meanwhile. */
  events: z.array(z.custom<ShownEvent>()),
});

export const watch = defineOperation({
  name: "watch",
  summary: "follow a run without touching it",
  guide: "Waits for a run to end, for at most 40 seconds, and gives what it did meanwhile. Call it again to continue.",
  input: z.strictObject({
    run: runRef,
    seconds: z.number().min(0).optional().describe("how long to follow it; a command line until it ends"),
  }),
  output: Output,
  argument: "run",
  intent: "read",
  idempotent: true,
  examples: [{}, { seconds: 0 }],
  run: async (access, { run: ref, seconds }, caller) => {
    const run = findRun(access, ref, caller);
    const followed = await follow(access, run, { caller, seconds: seconds ?? DEFAULT_SECONDS[caller.surface] });
    // A command line has printed them already.
    const events = caller.surface === "cli" ? [] : followed;
    const now = access.store.runs.get(run.id) ?? run;
    const since = now.startedAt ?? now.createdAt;
    return {
      ...{
        run: run.id,
        state: now.outcome ?? now.state,
        answer: access.store.answers.whole(now),
        error: now.error,
        events,
      },
      forMs: (now.endedAt ?? Math.max(access.now, since)) - since,
    };
  },
  tell: ({ state, forMs, answer, error, events, run: runId }) => {
    const steps = events.flatMap((event) => tellEvent(event) ?? []).map((line) => `- ${inlineCode(line)}`);
    const head = `${state} · ${formatElapsed(forMs)}`;
    return {
      body: [head, ...(steps.length > 0 ? [steps.join("\n")] : []), answer, error].filter(Boolean).join("\n\n"),
      runId,
    };
  },
  tellEvent: (event) => tellEvent(event as ShownEvent),
});

/** A chat sees the run's own messages, so that it is told only how things are. */
const DEFAULT_SECONDS: Readonly<Record<Caller["surface"], number | undefined>> = {
  ...{ chat: 0, mcp: AGENT_SECONDS, run: AGENT_SECONDS, cli: undefined },
};

interface Following {
  readonly caller: Caller;
  /** Until the run ends if absent. */
  readonly seconds: number | undefined;
}

/** The known last steps of the run, and then new ones, until it ends, the time is up, or the caller leaves. */
async function follow(
  { bridge, store }: Access,
  run: StoredRun,
  { caller, seconds }: Following,
): Promise<ShownEvent[]> {
  const kept: ShownEvent[] = [];
  const take = (event: ShownEvent) => {
    caller.emit?.(event);
    kept.push(event);
    if (kept.length > KEPT_EVENTS) kept.shift();
  };
  for (const event of bridge.job(run.id)?.lastEvents() ?? []) take(event);
  const unwatch = bridge.watch(run.id, take);
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      bridge.ended(run.id),
      new Promise<void>((resolve) => {
        if (seconds !== undefined) timer = setTimeout(resolve, seconds * 1000);
        caller.signal?.addEventListener("abort", () => resolve(), { once: true });
      }),
    ]);
  } finally {
    clearTimeout(timer);
    unwatch();
  }
  const ended = store.runs.get(run.id);
  if (ended?.outcome) take(completedOf({ ...ended, answer: store.answers.whole(ended) }));
  return kept;
}

/** As it was stored: what a person stopped has no event of its own. */
const completedOf = ({ engine, outcome, answer, error, session }: StoredRun): ShownEvent => ({
  ...{ type: "completed", engine, ok: outcome === "done", answer: answer ?? "" },
  ...(error !== null && { error }),
  ...(session !== null && { resume: { engine, value: session } }),
});

function tellEvent(event: ShownEvent): string | undefined {
  switch (event.type) {
    case "started":
      return `${event.engine} began session ${event.resume.value}`;
    case "action":
      return `${SIGNS[event.phase === "completed" && event.ok === false ? "failed" : event.phase]} ${event.action.title}`;
    case "goal":
      return `goal: turn ${event.turn}`;
    case "question":
      return `? ${event.question.title}`;
    case "text":
    case "resolved":
    case "completed":
      return undefined;
    default:
      return assertNever(event);
  }
}

const SIGNS = { started: "▸", updated: "↻", completed: "✓", failed: "✗" };
