import type { z } from "zod";
import type { Completed, ShownEvent } from "../domain/events.ts";
import type { Logger } from "../log.ts";
import type { Engine, Probe, ProbeSetup, Reasoning, ResumeCodec, RunRequest } from "./contract.ts";
import type { NativeUnion } from "./decode.ts";
import type { FindDrift } from "./drift.ts";
import { eachEvent } from "./events.ts";
import { HeadlessDriver } from "./headless.ts";
import type { Isolation } from "./isolation.ts";
import type { LiveEngine } from "./live.ts";
import type { EngineOptions } from "./options.ts";
import { EventReader } from "./reader.ts";
import { toEngine } from "./to-engine.ts";

/** How one run starts: argv and the reducer's first state. */
export interface Launch<State> {
  /** Executable and arguments. The prompt is never among them: it goes in on stdin. */
  readonly file: string;
  readonly args: readonly string[];
  /** Absolute; defaults to the request's (opencode's and pi's sessions live in directories of their own). */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin: string;
  /** The session's own id if the request named it in another way (a prefix, a path): the engine must report this id. */
  readonly resume?: string;
  readonly state: State;
  /**
   * Called at the first output and at the end, also if the run was stopped before it began; may come more than once.
   * For launches that wait for one another, such as first starts that create the same database.
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
  /** Why the bridge ended it, if it did. */
  readonly stopped: string | undefined;
}

/** A headless engine as data and pure functions; see `defineEngine`. */
export interface HeadlessEngine<Options extends EngineOptions, Union extends NativeUnion, State> {
  readonly id: string;
  readonly label: string;
  readonly options: z.ZodType<Options>;
  readonly resume: ResumeCodec;
  /** See `Engine.takesTools`. */
  readonly takesTools?: boolean;
  /** See `Engine.images`; none if absent. */
  readonly images?: readonly string[];
  /** See `Engine.brings`. */
  readonly brings?: Readonly<Record<string, string>>;
  /** Pure; see `Engine.readOnly`. */
  readOnly?(options: Options): Partial<Options>;
  /** Pure; see `Engine.warnings`. */
  warnings?(options: Options, table: string): readonly string[];
  readonly isolation?: Isolation;
  /** See `Engine.tested`. */
  readonly tested?: readonly string[];
  readonly reasoning?: Reasoning;
  /** See `driftOf`. */
  readonly drift?: FindDrift<Options>;
  /** Variables of the bridge's environment that this engine needs; a trailing `*` matches any ending. */
  readonly env: readonly string[];
  readonly wire: Union;
  /** Lines that begin with one of these cannot matter and are dropped before they are parsed. */
  readonly skip?: readonly string[];
  /** Longer lines are skipped; 64 MiB if it is not set. */
  readonly maxLineBytes?: number;
  /** The signal on which the engine ends its own commands. */
  readonly stopSignal: "SIGINT" | "SIGTERM";
  probe(setup: ProbeSetup & { readonly options: Options }): Promise<Probe>;
  /**
   * Argv for one run, after whatever must be looked up first (a session's file or directory).
   * @throws EngineError whose message is shown to the person.
   */
  launch(request: RunRequest & { readonly options: Options }): Promise<Launch<State>>;
  /** The state that a recorded stream begins with. */
  readonly initial: State;
  /** Pure. May give the one `completed` if a line decides the outcome; what comes after it is ignored. */
  translate(state: State, event: z.infer<Union>): readonly [State, readonly ShownEvent[]];
  /** Pure. Whether the engine may be done: then 10 s of silence end a process that does not exit by itself. */
  isResting?(state: State): boolean;
  /** Pure. Whether an end with these words, before any output, is worth one more try. */
  mayRetry?(stderr: string): boolean;
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
  const isLive = ({ interactive }: Options) => live !== undefined && interactive === true;
  return toEngine({
    ...definition,
    ...(live && { can: live.can, operations: live.operations }),
    isLive,
    drive: (request) =>
      live && isLive(request.options) ? live.drive(request) : new HeadlessDriver(definition, request),
    replay: (stdout, log) => ({ [Symbol.asyncIterator]: () => eachEvent(replay(definition, stdout, log)) }),
  });
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
