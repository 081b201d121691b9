import { createHash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../config/config.ts";
import { engineOptions, withPreset } from "../config/engine-options.ts";
import { narrowed } from "../config/narrowing.ts";
import type { PlacedFile } from "../domain/files.ts";
import { dateOf } from "../domain/moment.ts";
import type { Narrowing } from "../domain/narrowing.ts";
import type { RunSpec, SessionOperation } from "../domain/run.ts";
import type { Engine, Probe } from "../engine/contract.ts";
import { EngineHost } from "../engine/host.ts";
import type { EngineOptions } from "../engine/options.ts";
import type { Pass, RunTools } from "../engine/pass.ts";
import { endLeftovers } from "../engine/stop.ts";
import { hearingUnknown } from "../engine/unknown-kinds.ts";
import { EngineError, UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { LiveServers } from "../store/live-servers.ts";
import { requireAllowed } from "./files/deny.ts";
import { partsOf } from "./files/directory.ts";
import { excludeFromGit } from "./files/exclude.ts";
import { safeName } from "./files/name.ts";
import { Outboxes } from "./files/outbox.ts";
import { putAt, putFile } from "./files/put.ts";
import { readInside } from "./files/read.ts";
import { LocalRun } from "./local-run.ts";
import { look } from "./look.ts";
import type { Lookups } from "./lookups.ts";
import { narrowingOf } from "./narrowing.ts";
import { act } from "./operate.ts";
import { placeOf } from "./place.ts";
import type {
  FilePlace,
  LeftRun,
  NewFile,
  OperationPlace,
  OperationResult,
  ReadableFile,
  Worker,
  WorkerRun,
} from "./port.ts";
import { WarmServers } from "./servers.ts";
import { Worktrees } from "./worktree.ts";

export interface LocalWorkerOptions {
  readonly config: () => Config;
  readonly engines: readonly Engine[];
  /** The environment of this process; engines get a scrubbed copy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a run without a project works. */
  readonly home: string;
  readonly servers: Pick<LiveServers, "all" | "replace">;
  /** How engines reach takopi's own tools; without it no run gets any. */
  readonly tools?: (Omit<RunTools, "pass"> & Pick<Pass, "socket">) | undefined;
  readonly log: Logger;
  /** Hears of each kind of event that an engine tells and its runner does not know, once a run or server. */
  onUnknown?(engine: string, kind: string): void;
}

/** Defaults if the config says nothing. */
const UPLOADS = ".takopi/files";

/** A share of the 10 s that a shutdown may take. */
const CLOSE_MS = 3_000;

/** The same for every bridge over this state, and for no other. */
const ownerOf = (directory: string): string => createHash("sha256").update(directory).digest("hex").slice(0, 16);

/** Carries runs out on this machine, in this process. */
export class LocalWorker implements Worker {
  readonly #options: LocalWorkerOptions;
  readonly #host: EngineHost;
  readonly #servers: WarmServers;
  readonly #worktrees: Worktrees;
  readonly #outboxes: Outboxes;
  readonly #installed = new Map<string, boolean>();

  constructor(options: LocalWorkerOptions) {
    this.#options = options;
    this.#host = new EngineHost(ownerOf(options.config().directory));
    this.#outboxes = new Outboxes(() => this.#deniedGlobs());
    this.#worktrees = new Worktrees(options.env);
    this.#servers = new WarmServers({ ...options, host: this.#host, kept: options.servers });
  }

  run(spec: RunSpec): WorkerRun {
    const { engine: id, runId } = spec;
    const { onUnknown } = this.#options;
    const log = hearingUnknown(this.#options.log.child({ runId, engine: id }), (kind) => onUnknown?.(id, kind));
    const open = async (signal: AbortSignal) => {
      const engine = this.#engine(id);
      const cwd = await this.#placeOf(spec, signal);
      const narrowing = await this.#narrowingOf(spec, cwd);
      const options = this.#optionsOf(engine, spec, narrowing);
      const tools = this.#toolsFor(engine, options, spec.toolsToken);
      return {
        engine,
        cwd,
        options,
        narrowing,
        trusted: this.#isTrusted(spec),
        directories: this.#directories(),
        tools,
      };
    };
    return new LocalRun({ spec, log, env: this.#options.env, host: this.#host, open, outboxes: this.#outboxes });
  }

  async operate(operation: SessionOperation, place: OperationPlace, input = ""): Promise<OperationResult> {
    const { env, log } = this.#options;
    const engine = this.#engine(place.engine);
    const { operations } = engine;
    const { session = "" } = place;
    if (operation === "end") return { hasEnded: await this.#host.endIdle(engine.id, session) };
    if (!operations[operation]) throw new UserError(`${engine.label} cannot do that.`);
    // A list of models needs no worktree.
    const cwd = await this.#placeOf(operation === "models" ? projectOnly(place) : place);
    const options = this.#optionsOf(engine, place, await this.#narrowingOf(place, cwd));
    const trusted = this.#isTrusted(place);
    const directories = this.#directories();
    const tools = this.#toolsFor(engine, options);
    const request = { session, cwd, env, log, options, trusted, directories, tools, host: this.#host };
    log.info({ engine: engine.id, session, operation }, "session.operation");
    try {
      return await act(operations, operation, { request, input });
    } catch (cause) {
      throw cause instanceof EngineError ? new UserError(cause.message, { cause }) : cause;
    }
  }

  look<Name extends keyof Lookups>(name: Name, input: Lookups[Name]["input"]): Promise<Lookups[Name]["output"]> {
    const { config, env, home } = this.#options;
    const onProbed = (id: string, { path }: Probe) => void this.#installed.set(id, path !== undefined);
    return look(name, input, { config: config(), env, home, engine: (id) => this.#engine(id), onProbed });
  }

  isInstalled(engine: string): boolean | undefined {
    return this.#installed.get(engine);
  }

  async ready(): Promise<void> {}

  async put(place: FilePlace, file: NewFile): Promise<PlacedFile> {
    const root = await this.#placeOf(place, file.signal);
    if (file.to) return putAt({ ...file, root, to: file.to }, this.#deniedGlobs());
    const directory = this.#options.config().telegram?.files.uploads_dir ?? UPLOADS;
    await excludeFromGit({ path: root, env: this.#options.env, signal: file.signal }, directory);
    const name = `${dateOf(Date.now())}-${safeName(file.name)}`;
    return putFile({ ...file, name, root, directory });
  }

  async read(place: FilePlace, path: string): Promise<ReadableFile> {
    const rules = this.#deniedGlobs();
    requireAllowed(partsOf(path), rules);
    return readInside(await this.#placeOf(place), path, rules);
  }

  async recover(left: readonly LeftRun[]): Promise<readonly string[]> {
    const end = async ({ runId, process }: LeftRun) => {
      await endLeftovers(runId, process);
      if (process?.markId !== undefined) await endLeftovers(process.markId, undefined);
    };
    await Promise.all([...left.map(end), this.#servers.recover(), this.#host.endLost()]);
    const { tools } = this.#options;
    if (tools) rmSync(tools.directory, { recursive: true, force: true });
    return [];
  }

  async close(): Promise<void> {
    await Promise.race([this.#servers.close(), delay(CLOSE_MS, undefined, { ref: false })]);
    this.#host.endNow();
  }

  #deniedGlobs(): readonly string[] {
    return this.#options.config().telegram?.files.deny_globs ?? [];
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

  #toolsFor({ takesTools }: Engine, options: EngineOptions, token?: string): RunTools | undefined {
    const { tools } = this.#options;
    if (tools === undefined || !takesTools || options.tools !== true) return undefined;
    const { socket, ...place } = tools;
    mkdirSync(place.directory, { recursive: true, mode: 0o700 });
    return { ...place, ...(token !== undefined && { pass: { socket, token } }) };
  }

  /** Directories of runs; a session that names another directory is not resumed. */
  #directories(): readonly string[] {
    const { config, home } = this.#options;
    const ofProjects = [...config().projects.values()].flatMap(({ path, worktrees_dir }) => [path, worktrees_dir]);
    return [home, ...ofProjects];
  }

  /** Whether what the project's repository brings may run; outside of projects nothing may. */
  #isTrusted({ project }: Place): boolean {
    return this.#options.config().projects.get(project ?? "")?.trusted === true;
  }

  #narrowingOf({ project }: Place, cwd: string): Promise<Narrowing> {
    const own = this.#options.config().projects.get(project ?? "")?.path;
    return narrowingOf([...(own === undefined ? [] : [own]), cwd]);
  }

  /** The merged options of the config, with the run's own over them, and what the repository takes away. */
  #optionsOf(
    engine: Engine,
    { project, overrides }: Pick<RunSpec, "project" | "overrides">,
    narrowing: Narrowing,
  ): EngineOptions {
    const config = this.#options.config();
    const { reasoning: level, preset, ...others } = overrides;
    const thinking = level === undefined || !engine.reasoning ? {} : { [engine.reasoning.option]: level };
    const configured = engineOptions(config, engine, config.projects.get(project ?? ""));
    return narrowed({ ...withPreset(configured, preset), ...others, ...thinking }, narrowing, engine);
  }
}

type Place = Pick<RunSpec, "project" | "branch">;

const projectOnly = ({ project }: Place): Place => (project === undefined ? {} : { project });
