import type { z } from "zod";
import type { ShownEvent } from "../domain/events.ts";
import type { Ability } from "../domain/run.ts";
import { EngineError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type {
  DriftSetup,
  Engine,
  EngineSetup,
  Operations,
  Probe,
  ProbeSetup,
  RunRequest,
  WorkSetup,
} from "./contract.ts";
import type { FindDrift } from "./drift.ts";
import type { Driver } from "./driver.ts";
import { isolate, isolationProblems } from "./isolation.ts";
import type { LiveEngine, OwnOperations } from "./live.ts";
import type { EngineOptions } from "./options.ts";
import { replayAny } from "./recorded.ts";
import { type Recording, recordingOf } from "./recording.ts";
import { openRun } from "./run-machine.ts";
import { isUnkept } from "./unkept.ts";

type Described = Pick<Engine, "id" | "label" | "resume" | "brings" | "isolation" | "tested" | "reasoning"> &
  Partial<Pick<Engine, "images" | "takesTools">>;

/** An engine with the types of its options still known. */
interface Parts<Options extends EngineOptions> extends Described {
  readonly options: z.ZodType<Options>;
  readonly can?: readonly Ability[];
  readonly operations?: OwnOperations<Options>;
  /** See `Engine.readOnly`. */
  readOnly?(options: Options): Partial<Options>;
  /** See `Engine.warnings`. */
  warnings?(options: Options, table: string): readonly string[];
  probe(setup: ProbeSetup & { readonly options: Options }): Promise<Probe>;
  readonly drift?: FindDrift<Options>;
  /** Whether a run with these options is driven by the two-way protocol. */
  isLive(options: Options): boolean;
  drive(request: RunRequest & { readonly options: Options }): Driver;
  /** `log` names the engine already. */
  replay(stdout: AsyncIterable<Uint8Array>, log: Logger): AsyncIterable<ShownEvent>;
}

/** Reads the options once for each call of the engine. */
export function toEngine<Options extends EngineOptions>(parts: Parts<Options>): Engine {
  const {
    id,
    label,
    options,
    resume,
    brings,
    isolation,
    tested,
    reasoning,
    takesTools,
    drift,
    images = [],
    can = [],
    operations = {},
  } = parts;
  const own = <Setup extends EngineSetup>(given: Setup) => {
    const setup = isolate(isolation, given);
    return { ...setup, options: readOptions(id, options, setup.options) };
  };
  return {
    ...{ id, label, options, resume, brings, isolation, tested, reasoning, takesTools, images, can },
    operations: withOptions(operations, own),
    ...(parts.readOnly && {
      readOnly: (given: EngineOptions) => parts.readOnly?.(readOptions(id, options, given)) ?? {},
    }),
    warnings: (given, table) => parts.warnings?.(readOptions(id, options, given), table) ?? [],
    probe: async (setup) => {
      try {
        const probe = await parts.probe(own(setup));
        return { ...probe, problems: [...probe.problems, ...isolationProblems(id, isolation, setup)] };
      } catch (error) {
        if (error instanceof EngineError) return { problems: [error.message] };
        throw error;
      }
    },
    ...(drift && { drift: async (setup: DriftSetup) => drift(own(setup)) }),
    open: (request) =>
      openRun({
        id,
        label,
        request,
        isKept: !isUnkept(request.options, request.spec.session),
        ...prepare(request, own, parts),
      }),
    replay: (stdout, log) => replayAny(stdout, (own) => parts.replay(own, log.child({ engine: id }))),
  };
}

/** An engine that has no headless way. */
export interface LiveDefinition<Options extends EngineOptions> extends Described {
  readonly options: z.ZodType<Options>;
  probe(setup: ProbeSetup & { readonly options: Options }): Promise<Probe>;
  readonly drift?: FindDrift<Options>;
  readonly live: LiveEngine<Options>;
  replay(stdout: AsyncIterable<Uint8Array>, log: Logger): AsyncIterable<ShownEvent>;
}

/** Makes an engine that is always driven by its two-way protocol, whatever `interactive` says. */
export const defineLive = <Options extends EngineOptions>({ live, ...definition }: LiveDefinition<Options>): Engine =>
  toEngine({ ...definition, ...live, isLive: () => true });

/** A problem with the options becomes the outcome of the run. */
function prepare<Options extends EngineOptions>(
  given: RunRequest,
  own: (given: RunRequest) => RunRequest & { readonly options: Options },
  { id, isLive, drive }: Pick<Parts<Options>, "id" | "isLive" | "drive">,
): { readonly driver: Driver; readonly recording?: Recording | undefined } {
  try {
    const request = own(given);
    const driver = drive(request);
    // The engine may find elsewhere what it does not get of the bridge's environment.
    return { driver, recording: recordingOf(id, { ...request, env: given.env }, isLive(request.options)) };
  } catch (error) {
    return { driver: { drive: () => Promise.reject(error), force: async () => {} } };
  }
}

function withOptions<Options>(
  operations: OwnOperations<Options>,
  own: (given: WorkSetup) => WorkSetup & { readonly options: Options },
): Operations {
  const entries = Object.entries(operations).map(([name, act]) => [
    name,
    async (request: WorkSetup, ...rest: unknown[]) => (act as (...all: unknown[]) => unknown)(own(request), ...rest),
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
