import { type Narrowing, NO_NARROWING } from "../domain/narrowing.ts";
import type { Attachment, RunCommand, RunSpec } from "../domain/run.ts";
import type { Engine, Run } from "../engine/contract.ts";
import type { EngineHost } from "../engine/host.ts";
import type { EngineOptions } from "../engine/options.ts";
import type { RunTools } from "../engine/pass.ts";
import { plainUserText, UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Outboxes } from "./files/outbox.ts";
import { findHome, type Home, locateQuestions } from "./locate.ts";
import type { WorkerEvent, WorkerRun } from "./port.ts";

interface LocalRunOptions {
  readonly spec: RunSpec;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly host: EngineHost;
  readonly open: (signal: AbortSignal) => Promise<Opening>;
  readonly outboxes: Outboxes;
}

interface Opening {
  readonly engine: Engine;
  readonly cwd: string;
  readonly options: EngineOptions;
  /** What the repository takes away; the options have it already. */
  readonly narrowing: Narrowing;
  readonly trusted: boolean;
  readonly directories: readonly string[];
  readonly tools: RunTools | undefined;
}

/** A run that an engine of this machine carries out; begins when its events are read. */
export class LocalRun implements WorkerRun {
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
      const { engine, narrowing, ...place } = await open(signal);
      home = await findHome(place.cwd, env);
      signal.throwIfAborted();
      const { instructions: _, ...denials } = narrowing;
      yield { type: "placed", cwd: place.cwd, ...(narrowing !== NO_NARROWING && { denials }) };
      signal.throwIfAborted();
      this.#isShown = (file) => isShown(file, engine, place.options);
      const attachments = spec.attachments.filter(this.#isShown);
      this.#run = engine.open({ spec: { ...spec, attachments }, env, log, host, ...place });
    } catch (error) {
      if (!(error instanceof UserError) && !signal.aborted) log.error({ err: error }, "run.failed");
      const reason = signal.aborted ? String(signal.reason) : plainUserText(error, spec.runId);
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
