import { BOUNDS } from "../bounds.ts";
import type { RunRequest } from "./contract.ts";
import type { NativeUnion } from "./decode.ts";
import type { HeadlessEngine, Launch } from "./define.ts";
import type { Driver, RunContext } from "./driver.ts";
import { engineEnv } from "./environment.ts";
import type { EngineOptions } from "./options.ts";
import { withPass } from "./pass.ts";
import { type Child, spawnProcess } from "./process.ts";
import { EventReader } from "./reader.ts";
import { stopProcesses } from "./stop.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** Runs an engine once: a process of its own, which gets the prompt on stdin and prints events. */
export class HeadlessDriver<Options extends EngineOptions, Union extends NativeUnion, State> implements Driver {
  readonly #engine: HeadlessEngine<Options, Union, State>;
  readonly #request: RunRequest & { readonly options: Options };
  #child: Child | undefined;
  #ending: Promise<void> | undefined;
  #exitTimer: NodeJS.Timeout | undefined;
  #restTimer: NodeJS.Timeout | undefined;
  #hasRested = false;

  constructor(engine: HeadlessEngine<Options, Union, State>, request: RunRequest & { readonly options: Options }) {
    this.#engine = engine;
    this.#request = request;
  }

  drive(context: RunContext): Promise<void> {
    const { tools, spec } = this.#request;
    return withPass(tools, spec.runId, () => this.#drive(context));
  }

  force(): Promise<void> {
    return this.#end();
  }

  async #drive(context: RunContext): Promise<void> {
    const launching = this.#engine.launch(this.#request);
    try {
      const launch = await unlessAborted(launching, context.stopped);
      context.tap?.said(`${launch.stdin}\n`);
      const first = await this.#spawn(launch);
      context.announce(first.mark);
      context.ready({});
      if (await this.#read({ child: first, launch, mayRetry: true }, context)) return;
      this.#request.log.warn({}, "process.retried");
      this.#ending = undefined;
      const child = await this.#spawn(launch);
      context.announce(child.mark);
      await this.#read({ child, launch, mayRetry: false }, context);
    } finally {
      // The launch itself may come later than a stop.
      launching.then(
        (launch) => launch.release?.(),
        () => {},
      );
    }
  }

  async #spawn({ file, args, stdin, env: added, cwd = this.#request.cwd }: Launch<State>): Promise<Child> {
    const { env, options, spec, host, log } = this.#request;
    const { id, env: patterns } = this.#engine;
    const own = engineEnv({ env, patterns, options, added, cwd, runId: spec.runId });
    const child = await spawnProcess({ id, file, args, cwd, env: own, guard: host.guard }, stdin);
    log.info({ pid: child.mark.pid, file, cwd }, "process.spawned");
    this.#child = child;
    return child;
  }

  /** False if nothing came of it, and another try may help. */
  async #read(
    started: { child: Child; launch: Launch<State>; mayRetry: boolean },
    context: RunContext,
  ): Promise<boolean> {
    const { child, launch } = started;
    const { log, spec } = this.#request;
    const session = launch.resume ?? spec.session;
    const reader = new EventReader(this.#engine, { state: launch.state, session, log });
    const stop = (): void => void this.#end();
    context.stopped.addEventListener("abort", stop);
    if (context.stopped.aborted) stop();
    let mayRetry = started.mayRetry;
    try {
      for await (const chunk of child.stdout) {
        mayRetry = false;
        launch.release?.();
        context.tap?.heard(chunk);
        for (const event of reader.push(chunk)) context.push(event);
        this.#limitRest(reader.status);
        this.#watchRest(reader.isResting);
        await context.drained();
      }
      const ending = await child.ended;
      log.info({ code: ending.code, signal: ending.signal }, "process.exited");
      if (ending.stderr !== "") log.debug({ stderr: ending.stderr }, "process.stderr");
      if (mayRetry && !context.stopped.aborted && this.#engine.mayRetry?.(ending.stderr)) return false;
      const stopped = context.stopped.aborted ? String(context.stopped.reason) : undefined;
      const exit = this.#hasRested ? { ...ending, code: 0, signal: undefined } : ending;
      for (const event of reader.end({ ...exit, stopped })) context.push(event);
    } catch (error) {
      log.error({ err: error }, "engine.read_failed");
      if (reader.status === "open") context.push(reader.fail(`The output of ${this.#engine.label} could not be read.`));
    } finally {
      clearTimeout(this.#exitTimer);
      clearTimeout(this.#restTimer);
      context.stopped.removeEventListener("abort", stop);
      this.#engine.ended?.(this.#request, reader.session);
      await this.#end();
    }
    return true;
  }

  /** An engine whose outcome is known may finish by itself; one that was found out need not. */
  #limitRest(status: EventReader<Options, Union, State>["status"]): void {
    if (status === "open" || this.#exitTimer !== undefined) return;
    this.#exitTimer = setTimeout(() => void this.#end(), status === "completed" ? BOUNDS.run.exitMs : 0);
  }

  /** An engine that hangs after its last word is ended, as if it had exited well. */
  #watchRest(isResting: boolean): void {
    clearTimeout(this.#restTimer);
    if (!isResting) return;
    this.#restTimer = setTimeout(() => {
      this.#hasRested = true;
      this.#request.log.warn({}, "process.hangs");
      void this.#end();
    }, BOUNDS.run.exitMs);
  }

  /** Ends what lives of the run; does nothing once the engine has exited by itself. */
  #end(): Promise<void> {
    this.#ending ??= this.#endProcess();
    return this.#ending;
  }

  async #endProcess(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.hasExited()) return;
    const { runId } = this.#request.spec;
    this.#request.log.info({ pid: child.mark.pid }, "process.stopping");
    await stopProcesses({ pid: child.mark.pid, runId, signal: this.#engine.stopSignal, exited: child.exited });
    if (!child.hasExited()) child.abandon();
  }
}
