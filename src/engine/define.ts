import type { z } from "zod";
import type { Completed, RunEvent } from "../domain/events.ts";
import type { Engine, EngineSetup, Probe, ResumeCodec, RunRequest } from "./contract.ts";
import type { EngineOptions } from "./options.ts";

/** A zod union of the line types that an engine prints; what it does not name is counted and skipped. */
export type NativeUnion = z.ZodDiscriminatedUnion<z.ZodObject<{ type: z.ZodLiteral<string> }>[]>;

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
  /** Variables of the bridge's environment that this engine needs; a trailing `*` matches any ending. */
  readonly env: readonly string[];
  readonly wire: Union;
  /** Lines that begin with one of these cannot matter and are dropped before they are parsed. */
  readonly skip?: readonly string[];
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
  translate(state: State, event: z.infer<Union>): readonly [State, readonly RunEvent[]];
  /** Pure. The outcome of a stream that ended without `completed`. */
  end(state: State, exit: Exit): Completed;
}

/** Makes an engine of a definition; the types of its wire and state are erased here and nowhere else. */
export declare function defineEngine<Options extends EngineOptions, Union extends NativeUnion, State>(
  definition: HeadlessEngine<Options, Union, State>,
): Engine;
