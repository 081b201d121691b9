import type { Completed, ResumeToken, RunEvent } from "../domain/events.ts";
import { EngineError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Controls, ProcessMark, Run, RunRequest } from "./contract.ts";
import type { NativeUnion } from "./decode.ts";
import type { HeadlessEngine, Launch } from "./define.ts";
import { engineEnv } from "./environment.ts";
import { eachEvent } from "./events.ts";
import type { EngineOptions } from "./options.ts";
import { type Child, type Ending, spawnProcess } from "./process.ts";
import { EventReader } from "./reader.ts";
import { stopProcesses } from "./stop.ts";

/** How long an engine may go on after its outcome, to write its session down, before it is stopped. */
const EXIT_GRACE_MS = 10_000;

/**
 * Runs a headless engine once. The process is started now; its output is read as fast as the events are taken.
 * Reading no further before the end stops the process. A stopped run keeps what there is of an answer.
 */
export function runEngine<Options extends EngineOptions, Union extends NativeUnion, State>(
  engine: HeadlessEngine<Options, Union, State>,
  request: RunRequest & { readonly options: Options },
): Run {
  return new HeadlessRun(engine, request);
}

/** A run that could not even begin. */
export function failedRun(engine: string, error: string, resume: ResumeToken | undefined): Run {
  return {
    controls: {},
    stop: async () => {},
    async *[Symbol.asyncIterator]() {
      yield failedOutcome(engine, error, resume);
    },
  };
}

function failedOutcome(engine: string, error: string, resume: ResumeToken | undefined): Completed {
  return { type: "completed", engine, ok: false, answer: "", error, ...(resume && { resume }) };
}

interface Started<State> {
  readonly child: Child;
  readonly launch: Launch<State>;
}

class HeadlessRun<Options extends EngineOptions, Union extends NativeUnion, State> implements Run {
  readonly controls: Controls = {};
  readonly #engine: HeadlessEngine<Options, Union, State>;
  readonly #request: RunRequest & { readonly options: Options };
  readonly #log: Logger;
  /** Resolves to undefined where the run was stopped before it began, to an error where it could not. */
  readonly #started: Promise<Started<State> | Error | undefined>;
  readonly #stopAsked: Promise<undefined>;
  #askStop: (nothing: undefined) => void = () => {};
  #reason: string | undefined;
  #ending: Promise<void> | undefined;
  #exitTimer: NodeJS.Timeout | undefined;

  constructor(engine: HeadlessEngine<Options, Union, State>, request: RunRequest & { readonly options: Options }) {
    this.#engine = engine;
    this.#request = request;
    this.#log = request.log;
    this.#stopAsked = new Promise((resolve) => {
      this.#askStop = resolve;
    });
    this.#started = this.#start().catch((error: unknown) =>
      error instanceof Error ? error : new Error("not an error", { cause: error }),
    );
  }

  stop(reason: string): Promise<void> {
    this.#reason ??= reason;
    this.#askStop(undefined);
    return this.#end();
  }

  [Symbol.asyncIterator](): AsyncIterator<RunEvent, undefined> {
    return eachEvent(this.#batches());
  }

  async #start(): Promise<Started<State> | undefined> {
    const launching = this.#engine.launch(this.#request);
    const launch = await Promise.race([launching, this.#stopAsked]);
    if (launch === undefined) {
      launching.then(
        (late) => late.release?.(),
        () => {},
      );
      return undefined;
    }
    try {
      return await this.#spawn(launch);
    } catch (error) {
      launch.release?.();
      throw error;
    }
  }

  async #spawn(launch: Launch<State>): Promise<Started<State>> {
    const { file, args, stdin } = launch;
    const { env, options, runId } = this.#request;
    const cwd = launch.cwd ?? this.#request.cwd;
    const environment = engineEnv({ env, patterns: this.#engine.env, options, added: launch.env, cwd, runId });
    const child = await spawnProcess({ id: this.#engine.id, file, args, cwd, env: environment }, stdin);
    this.#log.info({ pid: child.mark.pid, file, cwd }, "process.spawned");
    this.#announce(child.mark);
    return { child, launch };
  }

  #announce(mark: ProcessMark): void {
    try {
      this.#request.onSpawn?.(mark);
    } catch (error) {
      this.#log.error({ err: error }, "process.mark_not_kept");
    }
  }

  async *#batches(): AsyncGenerator<readonly RunEvent[], void> {
    const started = await this.#started;
    if (started === undefined || started instanceof Error) {
      const error = this.#reason ?? this.#explain(started);
      yield [failedOutcome(this.#engine.id, error, this.#request.resume)];
      return;
    }
    const { child, launch } = started;
    const session = launch.resume ?? this.#request.resume?.value;
    const reader = new EventReader(this.#engine, { state: launch.state, session, log: this.#log });
    try {
      for await (const chunk of child.stdout) {
        launch.release?.();
        const events = reader.push(chunk);
        this.#limitRest(reader.status);
        yield this.#withReason(events);
      }
      yield this.#withReason(reader.end({ ...(await this.#ended(child)), stopped: this.#reason }));
    } catch (error) {
      this.#log.error({ err: error }, "engine.read_failed");
      if (reader.status === "open") yield [reader.fail(`The output of ${this.#engine.label} could not be read.`)];
    } finally {
      clearTimeout(this.#exitTimer);
      launch.release?.();
      await this.#end();
    }
  }

  /** An engine whose outcome is known may finish by itself; one that was found out need not. */
  #limitRest(status: EventReader<Options, Union, State>["status"]): void {
    if (status === "open" || this.#exitTimer !== undefined) return;
    this.#exitTimer = setTimeout(() => void this.#end(), status === "completed" ? EXIT_GRACE_MS : 0);
  }

  /** The outcome carries the reason of a stop even where the engine was just done. */
  #withReason(events: readonly RunEvent[]): readonly RunEvent[] {
    const error = this.#reason;
    if (error === undefined) return events;
    return events.map((event) => (event.type === "completed" ? { ...event, ok: false, error } : event));
  }

  /** Ends what lives of the run; does nothing once the engine has exited by itself. */
  #end(): Promise<void> {
    this.#ending ??= this.#endProcess();
    return this.#ending;
  }

  async #endProcess(): Promise<void> {
    const started = await this.#started;
    if (started === undefined || started instanceof Error || started.child.hasExited()) return;
    const { child } = started;
    this.#log.info({ reason: this.#reason }, "process.stopping");
    await stopProcesses({
      pid: child.mark.pid,
      runId: this.#request.runId,
      signal: this.#engine.stopSignal,
      exited: child.exited,
    });
    if (!child.hasExited()) child.abandon();
  }

  async #ended(child: Child): Promise<Ending> {
    const ending = await child.ended;
    this.#log.info({ code: ending.code, signal: ending.signal }, "process.exited");
    if (ending.stderr !== "") this.#log.debug({ stderr: ending.stderr }, "process.stderr");
    return ending;
  }

  #explain(cause: Error | undefined): string {
    if (cause instanceof EngineError) return cause.stderr === "" ? cause.message : `${cause.message}\n${cause.stderr}`;
    this.#log.error({ err: cause }, "engine.launch_failed");
    return `${this.#engine.label} could not be started; the log has the cause.`;
  }
}
