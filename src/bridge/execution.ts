import { engineOptions, withPreset } from "../config/engine-options.ts";
import { assertNever, type Completed, type ShownEvent } from "../domain/events.ts";
import type { PromptFile } from "../domain/files.ts";
import { type Denials, NO_NARROWING, narrowRules } from "../domain/narrowing.ts";
import type { Reply } from "../domain/question.ts";
import type { Ability } from "../domain/run.ts";
import type { Engine } from "../engine/contract.ts";
import type { EngineOptions } from "../engine/options.ts";
import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { Briefs } from "../store/threads.ts";
import type { Outgoing, WorkerEvent, WorkerRun } from "../worker/port.ts";
import type { JobView } from "./job-view.ts";
import type { JobOptions } from "./options.ts";
import { RunQuestions } from "./questions.ts";
import { briefsFor, specOf } from "./spec.ts";
import { StallWatch } from "./stall.ts";
import { Steering } from "./steering.ts";

/** Events that are the bridge's own affair. */
const INNER: ReadonlySet<string> = new Set(["process", "ready", "ack", "outgoing"]);

export interface ExecutionParts {
  readonly run: StoredRun;
  readonly options: JobOptions;
  readonly view: JobView;
  /** Called with the thread that the run turns out to belong to; without one when what can be done to it has changed. */
  readonly claim: (thread?: string) => void;
  /** Called when a worker has begun it, perhaps more than once. */
  readonly onPlaced: () => void;
  readonly log: Logger;
}

/** A run while a worker carries it out: hears its events, and passes on what people say to it. */
export class Execution {
  readonly #parts: ExecutionParts;
  readonly #work: WorkerRun;
  readonly #engine: Engine | undefined;
  readonly #engineOptions: EngineOptions;
  readonly #questions: RunQuestions;
  readonly #stall: StallWatch;
  readonly #steering: Steering;
  readonly #briefs: Briefs;
  readonly #toolsToken: string | undefined;
  #can: readonly Ability[] = [];
  #session: string | undefined;
  #denials: Denials = NO_NARROWING;
  #outgoing: Outgoing | undefined;
  #isToolWaiting = false;

  /** Begins at once. */
  constructor(parts: ExecutionParts) {
    const { run, options } = parts;
    this.#parts = parts;
    this.#engine = options.engines.find(({ id }) => id === run.engine);
    const config = options.config();
    const project = config.projects.get(run.project ?? "");
    const spec = specOf(run, options);
    const configured = this.#engine ? engineOptions(config, this.#engine, project) : {};
    this.#engineOptions = withPreset(configured, spec.overrides.preset);
    this.#briefs = briefsFor(spec, options.store);
    // Engine options are the affair of the machine that works: unless they forbid tools here, it decides.
    const { tools = run.machine !== "" } = this.#engineOptions;
    this.#toolsToken = this.#engine?.takesTools && tools === true ? options.passes.open(run.id) : undefined;
    this.#work = options.worker.run({
      ...{ ...spec, prompt: [...this.#briefs.texts, spec.prompt].join("\n\n") },
      ...(this.#toolsToken !== undefined && { toolsToken: this.#toolsToken }),
    });
    this.#steering = new Steering((command) => this.#work.send(command));
    this.#questions = this.#openQuestions();
    this.#stall = this.#watchStall();
  }

  /** The config's choice for a reached usage limit. */
  get atLimit(): EngineOptions["at_limit"] {
    return this.#engineOptions.at_limit;
  }

  /** Files that the run put into its outbox. */
  get outgoing(): Outgoing | undefined {
    return this.#outgoing;
  }

  /** The session that the engine reported. */
  get session(): string | undefined {
    return this.#session;
  }

  can(ability: Ability): boolean {
    return this.#can.includes(ability);
  }

  readonly send: WorkerRun["send"] = (command) => this.#work.send(command);

  /** Adds a text to the running turn; false if the engine did not take it. Settled at the latest with `end`. */
  steer(text: string, files: readonly PromptFile[]): Promise<boolean> {
    return this.#steering.add(text, files);
  }

  /** Passes a reply on; false if the question is not open, or another reply is on its way. */
  answer(key: string, reply: Reply, user: { readonly id: string; readonly name: string }): boolean {
    return this.#questions.answer(key, reply, user);
  }

  /** Shows whether a tool of the run waits for a person. */
  showWaiting(isWaiting: boolean): void {
    this.#isToolWaiting = isWaiting;
    this.#parts.view.waiting(this.#isWaiting);
  }

  /** Waits on for a run that was told to be silent; false unless it is silent. */
  readonly wait = (): boolean => this.#stall.wait();

  /** Resolves when nothing of the run lives; calls `onCompleted` with its outcome before. */
  async hear(onCompleted: (event: Completed) => Promise<void>): Promise<void> {
    for await (const event of this.#work.events) {
      this.#stall.heard();
      if (event.type === "placed") this.#placed(event);
      else if (event.type === "completed") {
        this.#stall.end();
        this.#session = event.resume?.value ?? this.#session;
        await onCompleted(event);
      } else this.#safely(event.type, () => this.#take(event));
    }
  }

  /** The bridge ends: leaves to the next one what waits for its machine; false if it must be stopped. */
  readonly leave = (): boolean => this.#work.leave?.() ?? false;

  /** The bridge ends: what is asked now may be taken up after its restart. */
  readonly cutOff = (): void => this.#questions.cutOff();

  /** No more notices, questions or texts. */
  end(): void {
    this.#stall.end();
    this.#safely("questions", () => this.#questions.end());
    this.#steering.end();
    if (this.#toolsToken !== undefined) this.#parts.options.passes.close(this.#toolsToken);
  }

  #openQuestions(): RunQuestions {
    const { run, options, view, log } = this.#parts;
    return new RunQuestions({
      ...options,
      run,
      rules: () => narrowRules(this.#engineOptions, this.#denials),
      log,
      send: this.send,
      onWaiting: () => view.waiting(this.#isWaiting),
    });
  }

  /** Whether a person is asked something. */
  get #isWaiting(): boolean {
    return this.#isToolWaiting || this.#questions.isWaiting;
  }

  #watchStall(): StallWatch {
    const { options, view } = this.#parts;
    return new StallWatch({
      minutes: options.config().limits.stall_minutes,
      isAlive: () => this.#work.isAway || view.progress.open.length > 0 || this.#isWaiting,
      show: (notice) => view.stalled(notice),
    });
  }

  /** A failure to store something of a running run must not end it: only its outcome counts. */
  #safely(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.log.error({ err: error, what }, "job.not_stored");
    }
  }

  #placed({ cwd, denials = NO_NARROWING }: Extract<WorkerEvent, { type: "placed" }>): void {
    this.#denials = denials;
    const { run, options, view, onPlaced, log } = this.#parts;
    const { runs, threads } = options.store;
    try {
      options.store.durably(() => {
        runs.start(run.id, options.now(), cwd);
        threads.forgetBriefs(this.#briefs);
      });
    } catch (cause) {
      throw new UserError("The state file cannot be written, so this was not begun: see `takopi doctor`.", { cause });
    }
    view.placed(cwd);
    onPlaced();
    log.info({ cwd, project: run.project, branch: run.branch }, "run.started");
  }

  #take(event: Exclude<WorkerEvent, { type: "placed" | "completed" }>): void {
    const { run, options, view } = this.#parts;
    if (event.type !== "outgoing") this.#questions.heard(event);
    if (!INNER.has(event.type)) options.onEvent?.(run.id, event as ShownEvent);
    switch (event.type) {
      case "process":
        options.store.runs.setProcess(run.id, event.mark);
        break;
      case "ready":
        this.#can = event.can;
        this.#parts.claim();
        break;
      case "started":
        this.#started(event.resume.value);
        break;
      case "action":
        view.acted(event);
        break;
      case "text":
        view.write(event.text);
        break;
      case "ack":
        this.#steering.acknowledged(event);
        break;
      case "outgoing":
        this.#outgoing = event.outgoing;
        break;
      case "goal":
        view.pursue(event);
        if (event.message !== undefined) this.#tell(event.message);
        break;
      case "question":
      case "resolved":
        break;
      default:
        assertNever(event);
    }
  }

  /** Says something in a silent message that a reply to continues the run. */
  #tell(body: string): void {
    const { run, options } = this.#parts;
    const { id: runId, chatId, topicId, messageId: replyTo } = run;
    options.store.deliveries.add({ runId, chatId, topicId, replyTo, body, isSilent: true, createdAt: options.now() });
    options.screens.deliver();
  }

  #started(session: string): void {
    const { run, options, view, claim, log } = this.#parts;
    this.#session = session;
    options.store.runs.setSession(run.id, session);
    claim(`${run.engine}:${session}`);
    log.info({ session }, "run.session");
    view.started(this.#engine?.resume.format(session));
  }
}
