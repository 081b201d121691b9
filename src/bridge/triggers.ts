import { createHash, randomBytes } from "node:crypto";
import { MS_PER_DAY } from "../domain/time.ts";
import { depthOf, type Facts, fillText, isMeant, MAX_DEPTH, type Trigger } from "../domain/trigger.ts";
import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { startOfDay } from "./limits.ts";
import type { RunWatcher } from "./options.ts";

/** Idle conversations are looked for this often. */
const LOOK_MS = 30_000;
/** A conversation that has been idle for longer than a trigger asks, by this, was so before there was the trigger. */
const IDLE_SINCE_MS = 60 * 60_000;
/** Calls from outside are known for this long. */
const WEBHOOKS_KEPT_MS = 30 * MS_PER_DAY;

/** The source of an event for triggers. */
export interface Cause {
  /** The event: each counts once for each trigger. */
  readonly event: string;
  /** Absent for a call from outside. */
  readonly run?: StoredRun;
  readonly payload?: string;
}

export interface TriggersSetup {
  readonly store: Store;
  /** Those of the config, as it is now. */
  readonly configured: () => readonly Trigger[];
  /** Does what a trigger does, inside a transaction; gives the run that this begins. @throws UserError if it cannot be done. */
  readonly act: (trigger: Trigger, cause: Cause, text: string) => string | undefined;
  /** Queues a stored run. */
  readonly start: (runId: string) => void;
  /** Whether anything runs or waits in the conversation of the trigger. */
  readonly isBusy: (trigger: Trigger, cause: Cause) => boolean;
  /** Has what is stored to be delivered sent. */
  readonly deliver: () => void;
  /** ms since 1970. */
  readonly now: () => number;
  readonly log: Logger;
}

/** Does what the config says when something happens to a run, or when somebody calls. */
export class Triggers implements RunWatcher {
  readonly #setup: TriggersSetup;
  readonly #begun: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(setup: TriggersSetup) {
    this.#setup = setup;
  }

  /** Deals with what was received before, and looks for idle conversations until `close`. */
  start(): void {
    this.#safely(() => {
      const { store, now } = this.#setup;
      store.webhooks.prune(now() - WEBHOOKS_KEPT_MS);
      this.takeWebhooks();
      this.look();
    });
    this.#timer = setTimeout(() => this.start(), LOOK_MS).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** To be called inside the transaction that stores the outcome; `begin` afterwards. */
  ended(run: StoredRun): void {
    const { outcome } = run;
    if (outcome !== null && outcome !== "interrupted") this.#each(outcome, { event: `${outcome}:${run.id}`, run });
  }

  /** A person is asked something. */
  asked(run: StoredRun, key: string): void {
    this.#setup.store.transaction(() => this.#each("question", { event: `question:${key}`, run }));
    this.#beginAndDeliver();
  }

  /** Starts what was stored. */
  begin(): void {
    for (const id of this.#begun.splice(0)) this.#setup.start(id);
  }

  #beginAndDeliver(): void {
    this.begin();
    this.#setup.deliver();
  }

  /** Deals with conversations that have been idle for long enough. */
  look(): void {
    const { store, configured, now } = this.#setup;
    for (const trigger of configured()) {
      if (trigger.on !== "idle" || trigger.forMs === undefined) continue;
      const until = now() - trigger.forMs;
      for (const run of store.runs.lastOfIdle(until - IDLE_SINCE_MS, until)) {
        store.durably(() => this.#fire(trigger, { event: `idle:${run.id}`, run }));
      }
    }
    this.#beginAndDeliver();
  }

  /** Deals with the calls that wait in the store. */
  takeWebhooks(): void {
    const { store, configured } = this.#setup;
    for (const call of store.webhooks.waiting()) {
      const trigger = configured().find(({ name, webhook }) => webhook && name === call.trigger);
      store.durably(() => {
        if (trigger) this.#fire(trigger, { event: `webhook:${call.delivery}`, payload: call.payload });
        store.webhooks.handled(call);
      });
    }
    this.#beginAndDeliver();
  }

  #each(on: Trigger["on"], cause: Cause): void {
    for (const trigger of this.#setup.configured()) if (trigger.on === on) this.#fire(trigger, cause);
  }

  /** A failure here must not keep the outcome of a run from being stored. */
  #fire(trigger: Trigger, cause: Cause): void {
    const { run } = cause;
    if (run && !isMeant(trigger, { ...run, answer: this.#setup.store.answers.whole(run) })) return;
    this.#safely(() => this.#deal(trigger, cause), trigger.name);
  }

  #deal(trigger: Trigger, cause: Cause): void {
    const { store, act, now, log } = this.#setup;
    const { name: source } = trigger;
    const { event } = cause;
    if (store.firings.knows(source, event)) return;
    const values = valuesOf(cause);
    const digest = createHash("sha256")
      .update(fillText(trigger.text, values, undefined))
      .digest("hex");
    let reason = this.#guard(trigger, cause, digest);
    let runId: string | undefined;
    if (reason === undefined) {
      const mark = trigger.do === "notify" ? undefined : randomBytes(6).toString("hex");
      try {
        runId = act(trigger, cause, fillText(trigger.text, values, mark));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        reason = error.userText;
      }
    }
    store.firings.fire({ source, event, dueAt: now(), runId: runId ?? null, reason: reason ?? null, digest });
    log.info({ trigger: source, event, runId, reason }, reason === undefined ? "trigger.fired" : "trigger.refused");
    if (runId !== undefined) this.#begun.push(runId);
  }

  /** The reason why a trigger does not act. */
  #guard(trigger: Trigger, cause: Cause, digest: string): string | undefined {
    const { store, isBusy, now } = this.#setup;
    const { name, minIntervalMs, max_per_day, dedupeMs } = trigger;
    const actedSince = (time: number, text?: string) => store.firings.countSince(name, time, text);
    if (cause.run && depthOf(cause.run.origin) >= MAX_DEPTH)
      return `${MAX_DEPTH} triggers stand behind this run already`;
    if (minIntervalMs !== undefined && actedSince(now() - minIntervalMs) > 0) return "min_interval has not passed";
    if (max_per_day !== undefined && actedSince(startOfDay(now())) >= max_per_day) return "max_per_day is reached";
    if (dedupeMs !== undefined && actedSince(now() - dedupeMs, digest) > 0) return "the same text came within dedupe";
    return trigger.only_when_idle && isBusy(trigger, cause) ? "the conversation was not idle" : undefined;
  }

  #safely(work: () => void, trigger?: string): void {
    try {
      work();
    } catch (error) {
      this.#setup.log.error({ err: error, trigger }, "trigger.failed");
    }
  }
}

function valuesOf({ run, payload = "" }: Cause): Parameters<typeof fillText>[1] {
  const { id = "", project, branch, error, answer }: Partial<Facts> = run ?? {};
  return {
    ...{ run: id, project: project ?? "", branch: branch ?? "", error: error ?? "", answer: answer ?? "", payload },
  };
}
