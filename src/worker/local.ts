import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../config/config.ts";
import { engineOptions } from "../config/engine-options.ts";
import type { PlacedFile } from "../domain/files.ts";
import type { GoalChange } from "../domain/goal.ts";
import type { Attachment, RunCommand, RunSpec, SessionOperation } from "../domain/run.ts";
import type { Engine, Operations, Run, SessionRequest } from "../engine/contract.ts";
import { EngineHost } from "../engine/host.ts";
import type { EngineOptions } from "../engine/options.ts";
import { endLeftovers } from "../engine/stop.ts";
import { EngineError, UserError, userText } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { LiveServers } from "../store/live-servers.ts";
import { requireAllowed } from "./files/deny.ts";
import { partsOf } from "./files/directory.ts";
import { excludeFromGit } from "./files/exclude.ts";
import { Outboxes } from "./files/outbox.ts";
import { putAt, putFile } from "./files/put.ts";
import { readInside } from "./files/read.ts";
import { findHome, type Home, locateQuestions } from "./locate.ts";
import { look } from "./look.ts";
import type { Lookups } from "./lookups.ts";
import { placeOf } from "./place.ts";
import type {
  FilePlace,
  LeftRun,
  NewFile,
  OperationPlace,
  OperationResult,
  ReadableFile,
  Worker,
  WorkerEvent,
  WorkerRun,
} from "./port.ts";
import { WarmServers } from "./servers.ts";
import { Worktrees } from "./worktree.ts";

export interface LocalWorkerOptions {
  readonly config: () => Config;
  readonly engines: readonly Engine[];
  /** Of this process; engines get a scrubbed copy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a run without a project works. */
  readonly home: string;
  readonly servers: Pick<LiveServers, "all" | "replace">;
  readonly log: Logger;
}

/** Where the config says nothing. */
const UPLOADS = ".takopi/files";

/** Of the 10 s that a shutdown may take; longer than this takes only a server that hangs while it starts. */
const CLOSE_MS = 3_000;

/** Carries runs out on this machine, in this process. */
export class LocalWorker implements Worker {
  readonly #options: LocalWorkerOptions;
  readonly #host = new EngineHost();
  readonly #servers: WarmServers;
  readonly #worktrees: Worktrees;
  readonly #outboxes = new Outboxes();

  constructor(options: LocalWorkerOptions) {
    this.#options = options;
    this.#worktrees = new Worktrees(options.env);
    this.#servers = new WarmServers({ ...options, host: this.#host, kept: options.servers });
  }

  run(spec: RunSpec): WorkerRun {
    const { engine: id, runId } = spec;
    const log = this.#options.log.child({ runId, engine: id });
    const open = async (signal: AbortSignal) => {
      const engine = this.#engine(id);
      const cwd = await this.#placeOf(spec, signal);
      const options = this.#optionsOf(engine, spec);
      return { engine, cwd, options, trusted: this.#isTrusted(spec), directories: this.#directories() };
    };
    return new LocalRun({ spec, log, env: this.#options.env, host: this.#host, open, outboxes: this.#outboxes });
  }

  async operate(operation: SessionOperation, place: OperationPlace, input = ""): Promise<OperationResult> {
    const { env, log } = this.#options;
    const engine = this.#engine(place.engine);
    const { operations } = engine;
    if (!operations[operation]) throw new UserError(`${engine.label} cannot do that.`);
    // A list of models needs no worktree.
    const cwd = await this.#placeOf(operation === "models" ? projectOnly(place) : place);
    const { session = "" } = place;
    const options = this.#optionsOf(engine, place);
    const trusted = this.#isTrusted(place);
    const directories = this.#directories();
    const request = { session, cwd, env, log, options, trusted, directories, host: this.#host };
    log.info({ engine: engine.id, session, operation }, "session.operation");
    try {
      return await act(operations, operation, { request, input });
    } catch (cause) {
      throw cause instanceof EngineError ? new UserError(cause.message, { cause }) : cause;
    }
  }

  look<Name extends keyof Lookups>(name: Name, input: Lookups[Name]["input"]): Promise<Lookups[Name]["output"]> {
    const { config, env, home } = this.#options;
    return look(name, input, { config: config(), env, home, engine: (id) => this.#engine(id) });
  }

  async put(place: FilePlace, file: NewFile): Promise<PlacedFile> {
    const root = await this.#placeOf(place, file.signal);
    if (file.to) return putAt({ ...file, root, to: file.to }, this.#options.config().telegram?.files.deny_globs ?? []);
    const directory = this.#options.config().telegram?.files.uploads_dir ?? UPLOADS;
    await excludeFromGit({ path: root, env: this.#options.env, signal: file.signal }, directory);
    const name = `${localDate(new Date())}-${file.name}`;
    return putFile({ ...file, name, root, directory });
  }

  async read(place: FilePlace, path: string): Promise<ReadableFile> {
    const rules = this.#options.config().telegram?.files.deny_globs ?? [];
    requireAllowed(partsOf(path), rules);
    return readInside(await this.#placeOf(place), path);
  }

  async recover(left: readonly LeftRun[]): Promise<void> {
    const end = async ({ runId, process }: LeftRun) => {
      await endLeftovers(runId, process);
      if (process?.markId !== undefined) await endLeftovers(process.markId, undefined);
    };
    await Promise.all([...left.map(end), this.#servers.recover()]);
  }

  async close(): Promise<void> {
    await Promise.race([this.#servers.close(), delay(CLOSE_MS, undefined, { ref: false })]);
    this.#host.endNow();
  }

  #engine(id: string): Engine {
    const { engines } = this.#options;
    const engine = engines.find((one) => one.id === id);
    if (engine) return engine;
    throw new UserError(`The engine '${id}' is not known here; there are ${engines.map((one) => one.id).join(", ")}.`);
  }

  #placeOf(spec: Place, signal?: AbortSignal): Promise<string> {
    const { config, home } = this.#options;
    return placeOf(spec, { config: config(), home, worktrees: this.#worktrees, signal });
  }

  /** Where runs may work; a session that names another directory is not resumed. */
  #directories(): readonly string[] {
    const { config, home } = this.#options;
    const ofProjects = [...config().projects.values()].flatMap(({ path, worktrees_dir }) => [path, worktrees_dir]);
    return [home, ...ofProjects];
  }

  /** Whether what the project's repository brings may run; outside of projects nothing may. */
  #isTrusted({ project }: Place): boolean {
    return this.#options.config().projects.get(project ?? "")?.trusted === true;
  }

  /** The merged options of the config, with the run's own over them. */
  #optionsOf(engine: Engine, { project, overrides }: Pick<RunSpec, "project" | "overrides">): EngineOptions {
    const config = this.#options.config();
    const { reasoning: level, ...others } = overrides;
    const thinking = level === undefined || !engine.reasoning ? {} : { [engine.reasoning.option]: level };
    return { ...engineOptions(config, engine, config.projects.get(project ?? "")), ...others, ...thinking };
  }
}

interface LocalRunOptions {
  readonly spec: RunSpec;
  readonly log: Logger;
  readonly env: LocalWorkerOptions["env"];
  readonly host: EngineHost;
  readonly open: (signal: AbortSignal) => Promise<Opening>;
  readonly outboxes: Outboxes;
}

interface Opening {
  readonly engine: Engine;
  readonly cwd: string;
  readonly options: EngineOptions;
  readonly trusted: boolean;
  readonly directories: readonly string[];
}

class LocalRun implements WorkerRun {
  readonly events: AsyncIterable<WorkerEvent>;
  readonly #options: LocalRunOptions;
  /** Aborted with the reason of a stop. */
  readonly #stopped = new AbortController();
  #run: Run | undefined;
  /** Whether the engine gets a file itself. */
  #isShown: (file: Attachment) => boolean = () => false;

  constructor(options: LocalRunOptions) {
    this.#options = options;
    this.events = this.#iterate();
  }

  send(command: RunCommand): void {
    if (this.#run && command.type === "steer" && command.attachments) {
      this.#run.send({ ...command, attachments: command.attachments.filter(this.#isShown) });
    } else if (this.#run) this.#run.send(command);
    else if (command.type === "stop") this.#stopped.abort(command.reason);
    else if (command.type === "interrupt") this.#stopped.abort("interrupted");
  }

  async *#iterate(): AsyncGenerator<WorkerEvent, void> {
    const { spec, log, env, host, open, outboxes } = this.#options;
    const { signal } = this.#stopped;
    let home: Home;
    try {
      const { engine, ...place } = await open(signal);
      home = await findHome(place.cwd);
      signal.throwIfAborted();
      yield { type: "placed", cwd: place.cwd };
      signal.throwIfAborted();
      this.#isShown = (file) => isShown(file, engine, place.options);
      const attachments = spec.attachments.filter(this.#isShown);
      this.#run = engine.open({ spec: { ...spec, attachments }, env, log, host, ...place });
    } catch (error) {
      if (!(error instanceof UserError) && !signal.aborted) log.error({ err: error }, "run.failed");
      const reason = signal.aborted ? String(signal.reason) : userText(error, spec.runId);
      yield { type: "completed", engine: spec.engine, ok: false, answer: "", error: reason };
      return;
    }
    yield* outboxes.withOutgoing(locateQuestions(this.#run.events, home), { directory: home.directory, log });
  }
}

/** A larger image, once in a session, would make its model refuse every turn: Anthropic's limit, 5 MB of base64. */
const MAX_IMAGE_BYTES = 3_900_000;

/** Whether the engine gets a file itself, beside its path in the prompt. */
const isShown = ({ mime, size }: Attachment, engine: Engine, options: EngineOptions): boolean =>
  options.images !== false && engine.images.includes(mime) && size <= MAX_IMAGE_BYTES;

/** As people where it runs write it: 2026-11-29. */
const localDate = (now: Date): string => now.toLocaleDateString("sv");

type Place = Pick<RunSpec, "project" | "branch">;

const projectOnly = ({ project }: Place): Place => (project === undefined ? {} : { project });

interface Operation {
  readonly request: SessionRequest;
  readonly input: string;
}

async function act(
  operations: Operations,
  operation: SessionOperation,
  { request, input }: Operation,
): Promise<OperationResult> {
  switch (operation) {
    case "compact":
      await operations.compact?.(request);
      return {};
    case "rename":
      await operations.rename?.(request, input);
      return {};
    case "fork":
    case "undo": {
      const left = await operations[operation]?.(request);
      return left === undefined ? {} : { session: left };
    }
    case "goal":
      return { goal: await operations.goal?.(request, input as GoalChange) };
    case "models":
      return { models: (await operations.models?.(request)) ?? [] };
    case "sessions":
      return { sessions: (await operations.sessions?.(request)) ?? [] };
  }
}
