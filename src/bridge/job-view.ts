import type { ActionEvent, GoalProgress, ShownEvent } from "../domain/events.ts";
import { initialProgress, type ProgressState, reduceProgress, type ShownAction } from "../domain/progress.ts";
import { stopwatch } from "../domain/stopwatch.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { BridgeOptions } from "./options.ts";
import type { RunView, Screen } from "./screen.ts";
import type { WaitingFacts } from "./waiting.ts";

/** The screen of a job. The first view opens it. */
export class JobView {
  progress: ProgressState = initialProgress();
  readonly #open: () => Screen;
  #screen: Screen | undefined;
  #label: RunView["label"] = "queued";
  #elapsedMs: () => number;
  #resumeLine: string | undefined;
  #cwd: string | undefined;
  #ask: RunView["ask"];
  #note: string | undefined;
  #isWaiting = false;
  #isAway = false;
  #goal: RunView["goal"];

  constructor(run: StoredRun, { screens, now }: Pick<BridgeOptions, "screens" | "now">) {
    this.#open = () => screens.open(run);
    this.#elapsedMs = stopwatch(now() - run.createdAt);
  }

  queued(place: number, facts: WaitingFacts): void {
    this.#show({ label: "queued", place, progress: this.progress, elapsedMs: this.#elapsedMs, ...facts });
  }

  /** Asks whether to run it. */
  paused(text: string): void {
    this.#show({ label: "paused", progress: this.progress, elapsedMs: this.#elapsedMs, ask: { text, yes: "run" } });
  }

  /** Elapsed time counts from here. */
  starting(): void {
    this.#label = "starting";
    this.#elapsedMs = stopwatch();
    this.#update();
  }

  placed(cwd: string): void {
    this.#cwd = cwd;
  }

  started(resumeLine: string | undefined): void {
    this.#resumeLine = resumeLine;
    this.#work();
  }

  acted(event: ActionEvent): void {
    this.progress = reduceProgress(this.progress, event);
    this.#work();
  }

  get elapsedMs(): number {
    return this.#elapsedMs();
  }

  /** The session, if it is known, and the newest steps, as if they happened now. */
  lastEvents(engine: string, session: string | undefined): ShownEvent[] {
    const steps = this.progress.shown.map((shown) => toEvent(engine, shown));
    return session === undefined ? steps : [{ type: "started", engine, resume: { engine, value: session } }, ...steps];
  }

  get goal(): RunView["goal"] {
    return this.#goal;
  }

  pursue({ goal, turn }: GoalProgress): void {
    if (turn > 0) this.#goal = { goal, turn };
    this.#work();
  }

  write(answer: string): void {
    this.#screen?.write(answer);
  }

  /** Whether somebody is asked something. */
  waiting(isWaiting: boolean): void {
    this.#isWaiting = isWaiting;
    this.#update();
  }

  stopping(): void {
    this.#label = "stopping";
    this.#update();
  }

  /** Asks whether to wait on; undefined takes the question away. */
  stalled(text: string | undefined): void {
    if (text === this.#ask?.text) return;
    this.#ask = text === undefined ? undefined : { text, yes: "wait" };
    this.#update();
  }

  /** Says something above all else. */
  note(text: string): void {
    this.#note = text;
    this.#update();
  }

  /** Whether its machine is away. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Says why it waits for its machine; undefined when the machine is there. */
  readonly away = (reason: string | undefined): void => {
    this.#isAway = reason !== undefined;
    this.#note = reason;
    this.#update();
  };

  /** No more views. */
  close(): void {
    this.#screen?.close();
  }

  #work(): void {
    if (this.#label === "starting") this.#label = "working";
    this.#update();
  }

  #update(): void {
    this.#show({
      label: this.#isWaiting && this.#label !== "stopping" ? "waiting for you" : this.#label,
      progress: this.progress,
      elapsedMs: this.#elapsedMs,
      ...(this.#resumeLine !== undefined && { resumeLine: this.#resumeLine }),
      ...(this.#cwd !== undefined && { cwd: this.#cwd }),
      ...(this.#goal && { goal: this.#goal }),
      ...(this.#ask && { ask: this.#ask }),
      ...(this.#note !== undefined && { note: this.#note }),
    });
  }

  #show(view: RunView): void {
    this.#screen ??= this.#open();
    this.#screen.show(view);
  }
}

const toEvent = (engine: string, { action, state }: ShownAction): ActionEvent => ({
  ...{ type: "action", engine, action, phase: state === "done" || state === "failed" ? "completed" : state },
  ...((state === "done" || state === "failed") && { ok: state === "done" }),
});
