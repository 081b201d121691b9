import type { z } from "zod";
import type { Completed, ShownEvent } from "../domain/events.ts";
import { EngineError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Engine, EngineSetup, Operations, Probe, ResumeCodec, RunRequest, WorkSetup } from "./contract.ts";
import type { NativeUnion } from "./decode.ts";
import { eachEvent } from "./events.ts";
import { HeadlessDriver } from "./headless.ts";
import type { LiveEngine, OwnOperations } from "./live.ts";
import type { EngineOptions } from "./options.ts";
import { EventReader } from "./reader.ts";
import { type Driver, openRun } from "./run-machine.ts";

/** How one run starts: argv and the reducer's first state. */
export interface Launch<State> {
  /** Executable and arguments. The prompt is never among them: it goes in on stdin. */
  readonly file: string;
  readonly args: readonly string[];
  /** Absolute; defaults to the request's (opencode's and pi's sessions live in directories of their own). */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin: string;
  /** The session's own id where the request named it in another way (a prefix, a path): what the engine must report. */
  readonly resume?: string;
  readonly state: State;
  /**
   * Called at the first output, and at the end (also where the run was stopped before it began); may come more than
   * once. For launches that wait for one another, such as first starts that create the same database.
   */
  release?(): void;
}

/** How the process ended. */
export interface Exit {
  /** undefined when a signal ended it or it never started. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The end of stderr, at most 4 KiB, terminal codes removed. */
  readonly stderr: string;
  /** Why the bridge ended it, where it did. */
  readonly stopped: string | undefined;
}

/** A headless engine as data and pure functions; see `defineEngine`. */
export interface HeadlessEngine<Options extends EngineOptions, Union extends NativeUnion, State> {
  readonly id: string;
  readonly label: string;
  readonly options: z.ZodType<Options>;
  readonly resume: ResumeCodec;
  /** See `Engine.images`; none if absent. */
  readonly images?: readonly string[];
  /** See `Engine.brings`. */
  readonly brings?: Readonly<Record<string, string>>;
  /** Variables of the bridge's environment that this engine needs; a trailing `*` matches any ending. */
  readonly env: readonly string[];
  readonly wire: Union;
  /** Lines that begin with one of these cannot matter and are dropped before they are parsed. */
  readonly skip?: readonly string[];
  /** Longer lines are skipped; 64 MiB where it is not set. */
  readonly maxLineBytes?: number;
  /** The signal on which the engine ends its own commands. */
  readonly stopSignal: "SIGINT" | "SIGTERM";
  probe(setup: EngineSetup & { readonly options: Options }): Promise<Probe>;
  /**
   * Argv for one run, after whatever must be looked up first (a session's file or directory).
   * @throws EngineError whose message is shown to the person.
   */
  launch(request: RunRequest & { readonly options: Options }): Promise<Launch<State>>;
  /** The state that a recorded stream begins with. */
  readonly initial: State;
  /** Pure. May give the one `completed` where a line decides the outcome; what comes after it is ignored. */
  translate(state: State, event: z.infer<Union>): readonly [State, readonly ShownEvent[]];
  /** Pure. Whether the engine may be done: then 10 s of silence end a process that does not exit by itself. */
  isResting?(state: State): boolean;
  /** Pure. The outcome of a stream that ended without `completed`. */
  end(state: State, exit: Exit): Completed;
  /** Hears of each run at its end, with the session that the engine named, if it did. */
  ended?(request: RunRequest, session: string | undefined): void;
}

/** Makes an engine of a definition; the types of its wire and state are erased here and nowhere else. */
export function defineEngine<Options extends EngineOptions, Union extends NativeUnion, State>(
  definition: HeadlessEngine<Options, Union, State>,
  live?: LiveEngine<Options>,
): Engine {
  const { id, label, options, resume } = definition;
  const read = (given: EngineOptions): Options => readOptions(id, options, given);
  const drive = (request: RunRequest): Driver => {
    const own = { ...request, options: read(request.options) };
    return live && own.options.interactive === true ? live.drive(own) : new HeadlessDriver(definition, own);
  };
  return {
    id,
    label,
    options,
    resume,
    can: live?.can ?? [],
    operations: live ? withOptions(live.operations, read) : {},
    images: definition.images ?? [],
    brings: definition.brings,
    probe: async (setup) => {
      try {
        return await definition.probe({ ...setup, options: read(setup.options) });
      } catch (error) {
        if (error instanceof EngineError) return { problems: [error.message] };
        throw error;
      }
    },
    open: (request) => openRun({ id, label, request, driver: driverOf(() => drive(request)) }),
    replay: (stdout, log) => ({
      [Symbol.asyncIterator]: () => eachEvent(replay(definition, stdout, log.child({ engine: id }))),
    }),
  };
}

/** Options that are not right are told as the outcome of the run. */
function driverOf(make: () => Driver): Driver {
  try {
    return make();
  } catch (error) {
    return { drive: () => Promise.reject(error), force: async () => {} };
  }
}

function withOptions<Options>(own: OwnOperations<Options>, read: (given: EngineOptions) => Options): Operations {
  const entries = Object.entries(own).map(([name, act]) => [
    name,
    async (request: WorkSetup, ...rest: unknown[]) =>
      (act as (...all: unknown[]) => unknown)({ ...request, options: read(request.options) }, ...rest),
  ]);
  return Object.fromEntries(entries);
}

/** @throws EngineError that names the first option which is not right. */
function readOptions<Options>(id: string, schema: z.ZodType<Options>, options: EngineOptions): Options {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EngineError(`The option ${[id, ...(issue?.path ?? [])].join(".")} is not right: ${issue?.message}.`);
}

/** A recorded stream has no exit of its own: it ends as if the engine had exited well. */
const RECORDED: Exit = { code: 0, signal: undefined, stderr: "", stopped: undefined };

async function* replay<Options extends EngineOptions, Union extends NativeUnion, State>(
  definition: HeadlessEngine<Options, Union, State>,
  stdout: AsyncIterable<Uint8Array>,
  log: Logger,
): AsyncGenerator<readonly ShownEvent[], void> {
  const reader = new EventReader(definition, { state: definition.initial, log });
  for await (const chunk of stdout) yield reader.push(chunk);
  yield reader.end(RECORDED);
}
