import { firingOf, type Schedule } from "../domain/schedule.ts";
import { times } from "../domain/schedule-times.ts";
import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { StoredSchedule } from "../store/schedules.ts";
import type { Store } from "../store/store.ts";

/** The clock is looked at this often at least: a longer timer does not notice sleep or a changed clock. */
const LOOK_MS = 30_000;
/** A due time that is further ahead than this was dealt with on a clock that was wrong. */
const CLOCK_ERROR_MS = 25 * 60 * 60_000;

export interface SchedulesSetup {
  readonly store: Store;
  /** Those of the config, as it is now. */
  readonly configured: () => readonly Schedule[];
  /** Stores a run of a schedule and gives its id; called inside a transaction. @throws UserError if it cannot run. */
  readonly add: (schedule: Schedule, firing: ScheduledRun) => string;
  /** Queues a stored run. */
  readonly start: (runId: string) => void;
  /** Whether anything runs or waits in the schedule's conversation. */
  readonly isBusy: (schedule: Schedule) => boolean;
  /** Tells the schedule's chat that it could not run. */
  readonly tell: (schedule: Schedule, problem: string) => void;
  /** ms since 1970. */
  readonly now: () => number;
  readonly log: Logger;
}

export interface ScheduledRun {
  readonly dueAt: number;
  /** The time in which it could not run. */
  readonly slept: { readonly from: number; readonly to: number } | undefined;
  /** The run whose session to resume. */
  readonly follows: string | undefined;
}

export interface ListedSchedule {
  readonly schedule: Schedule;
  readonly stored: StoredSchedule;
}

/** Begins the runs that are due by time. */
export class ScheduleClock {
  readonly #setup: SchedulesSetup;
  #timer: NodeJS.Timeout | undefined;
  /** By active schedule and its times: nothing is due before. */
  #nextAt = new Map<string, number>();

  constructor(setup: SchedulesSetup) {
    this.#setup = setup;
  }

  /** Looks at once, and again until `close`. */
  start(): void {
    const { now, log } = this.#setup;
    try {
      this.look();
    } catch (error) {
      log.error({ err: error }, "schedules.not_looked_at");
    }
    const next = Math.min(...this.#nextAt.values(), Number.POSITIVE_INFINITY);
    const waitMs = Math.max(Math.min(next - now(), LOOK_MS), 1);
    this.#timer = setTimeout(() => this.start(), waitMs);
    this.#timer.unref();
  }

  /** Takes notice at once of what was changed. */
  wake(): void {
    if (this.#timer === undefined) return;
    this.close();
    this.start();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Begins a run now, whatever it is due for. @throws UserError if it cannot run. */
  runNow(name: string): string {
    const listed = this.list().find(({ schedule }) => schedule.name === name);
    if (!listed) throw new UserError(`No schedule is called ${name}.`, { code: "not_found" });
    const dueAt = Math.max(this.#setup.now(), listed.stored.lastDueAt + 1);
    return this.#begin(listed.schedule, listed.stored, { dueAt, slept: undefined });
  }

  /** Every schedule, drafts included, in the order of their names. */
  list(): ListedSchedule[] {
    const { store, configured, now } = this.#setup;
    const ofConfig = new Map(configured().map((schedule) => [schedule.name, schedule]));
    const kept = store.schedules.all();
    const known = new Set(kept.map(({ name }) => name));
    const added = [...ofConfig.keys()].filter((name) => !known.has(name));
    for (const name of added) store.schedules.add({ name, state: "active", definition: null, lastDueAt: now() });
    // Each look reads them all: of a thousand it is most of its work.
    return (added.length > 0 ? store.schedules.all() : kept).flatMap((stored) => {
      const schedule =
        stored.definition === null ? ofConfig.get(stored.name) : (JSON.parse(stored.definition) as Schedule);
      return schedule === undefined ? [] : [{ schedule, stored }];
    });
  }

  /** Deals with all that is due now. */
  look(): void {
    const now = this.#setup.now();
    const active = this.list().filter(({ stored }) => stored.state === "active");
    const before = this.#nextAt;
    this.#nextAt = new Map();
    for (const { schedule, stored } of active) {
      const key = JSON.stringify([schedule.name, schedule.when]);
      const nextAt = before.get(key);
      if (nextAt !== undefined && now < nextAt && nextAt - now < CLOCK_ERROR_MS) {
        this.#nextAt.set(key, nextAt);
        continue;
      }
      try {
        this.#deal(schedule, stored, now);
        this.#nextAt.set(key, times.next(schedule.when, now) ?? Number.POSITIVE_INFINITY);
      } catch (error) {
        this.#setup.log.error({ err: error, schedule: schedule.name }, "schedule.not_stored");
      }
    }
  }

  #deal(schedule: Schedule, stored: StoredSchedule, now: number): void {
    const { store, tell, log } = this.#setup;
    if (stored.lastDueAt - now > CLOCK_ERROR_MS) {
      log.warn({ schedule: schedule.name, lastDueAt: stored.lastDueAt }, "schedule.clock_set_back");
      store.schedules.setState(schedule.name, "active", now);
      return;
    }
    const firing = firingOf(schedule, { lastDueAt: stored.lastDueAt, now }, times);
    if (firing === undefined) return;
    const { dueAt } = firing;
    const reason = firing.run ? this.#guard(schedule, stored) : firing.reason;
    if (reason !== undefined || !firing.run) {
      this.#skip(schedule, dueAt, reason ?? "");
      log.info({ schedule: schedule.name, dueAt, reason }, "schedule.skipped");
      if ("at" in schedule.when) tell(schedule, `${reason}.`);
      return;
    }
    this.#fire(schedule, stored, { dueAt, slept: firing.slept });
  }

  /** The reason why a due schedule does not run now. */
  #guard(schedule: Schedule, { lastRunId }: StoredSchedule): string | undefined {
    const { store, isBusy } = this.#setup;
    const last = lastRunId === null ? undefined : store.runs.get(lastRunId);
    const isOverlap = last !== undefined && last.state !== "ended";
    if (isOverlap && schedule.overlap === "skip") return "the run before had not ended";
    return schedule.only_when_idle && isBusy(schedule) ? "the conversation was not idle" : undefined;
  }

  #begin(schedule: Schedule, { lastRunId }: StoredSchedule, firing: Omit<ScheduledRun, "follows">): string {
    const { store, add, start, log } = this.#setup;
    const { name, session, when } = schedule;
    const follows = session === "same" ? (lastRunId ?? undefined) : undefined;
    log.debug({ schedule: name, dueAt: firing.dueAt }, "schedule.due");
    const runId = store.durably(() => {
      const id = add(schedule, { ...firing, follows });
      if (!store.schedules.fire({ source: name, dueAt: firing.dueAt, runId: id, reason: null }))
        throw new Error(`The schedule ${name} was dealt with twice.`);
      if ("at" in when) store.schedules.remove(name);
      return id;
    });
    log.info({ schedule: name, runId, dueAt: firing.dueAt }, "schedule.fired");
    start(runId);
    return runId;
  }

  /** Deals with a due time without a run. */
  #skip({ name, when }: Schedule, dueAt: number, reason: string): void {
    const { store } = this.#setup;
    store.durably(() => {
      store.schedules.fire({ source: name, dueAt, runId: null, reason });
      if ("at" in when) store.schedules.remove(name);
    });
  }

  #fire(schedule: Schedule, stored: StoredSchedule, firing: Omit<ScheduledRun, "follows">): void {
    const { tell, log } = this.#setup;
    try {
      this.#begin(schedule, stored, firing);
    } catch (error) {
      // A due time that could not be stored is still due, and is tried again.
      if (!(error instanceof UserError)) throw error;
      const reason = error.userText;
      this.#skip(schedule, firing.dueAt, reason);
      log.warn({ reason, schedule: schedule.name }, "schedule.refused");
      tell(schedule, reason);
    }
  }
}
