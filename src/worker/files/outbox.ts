import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent } from "../../domain/events.ts";
import { inlineCode } from "../../domain/inline-code.ts";
import { UserError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { Outgoing, SentFile, WorkerEvent } from "../port.ts";
import { requireAllowed } from "./deny.ts";
import { findInside, partsOf } from "./directory.ts";
import { MAX_SENT_BYTES } from "./open.ts";
import { readInside } from "./read.ts";

/** An agent puts files to send here, in the directory of its run. */
const OUTBOX = ".takopi/outbox";
const MAX_FILES = 10;
/** The clock of a file system runs a little late. */
const CLOCK_STEP_MS = 20;

interface Looked extends Outgoing {
  /** When each was put there: paths and times, ms since 1970. */
  readonly times: ReadonlyMap<string, number>;
}

/**
 * The files and folders that were put into the outbox since a time, ms since 1970; one sentence for each that cannot be
 * sent.
 *
 * @param before What was there at the last look: it is not sent twice.
 */
async function lookIntoOutbox(
  { directory: root, since, before }: { directory: string; since: number; before: Looked["times"] | undefined },
  rules: readonly string[],
): Promise<Looked> {
  const files: SentFile[] = [];
  const problems: string[] = [];
  let total = 0;
  const times = await timesIn(root);
  const isNew = (path: string, time: number) => time >= since - CLOCK_STEP_MS && before?.get(path) !== time;
  for (const path of [...times].filter(([path, time]) => isNew(path, time)).map(([path]) => path)) {
    try {
      requireAllowed(partsOf(path), rules);
      const { name, size, mime, version } = await readInside(root, path, rules);
      const refusal = `${inlineCode(path)} was not sent: a task sends at most`;
      if (files.length === MAX_FILES) throw new UserError(`${refusal} ${MAX_FILES} files.`);
      if (total + size > MAX_SENT_BYTES) throw new UserError(`${refusal} 50 MiB.`);
      total += size;
      files.push({ path, name, size, mime, version });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.userText);
    }
  }
  return { files, problems, times };
}

async function timesIn(root: string): Promise<Looked["times"]> {
  const directory = await findInside(root, partsOf(OUTBOX)).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
  if (directory === undefined) return new Map();
  const names = (await readdir(directory)).filter((name) => !name.startsWith(".")).sort();
  const found = names.map(async (name) => [`${OUTBOX}/${name}`, (await lstat(join(directory, name))).ctimeMs] as const);
  return new Map(await Promise.all(found));
}

interface Watched {
  readonly since: number;
  isAlone: boolean;
}

/** The outboxes of the runs of this machine. */
export class Outboxes {
  readonly #runs = new Map<string, Set<Watched>>();
  /** By directory: what was there at the last look. */
  readonly #looked = new Map<string, Looked["times"]>();
  readonly #rules: () => readonly string[];

  /** @param rules What is not sent, as `requireAllowed` has it. */
  constructor(rules: () => readonly string[]) {
    this.#rules = rules;
  }

  /**
   * Adds to the events of a run what it put into its outbox. If other runs worked in its directory meanwhile, nobody can
   * tell whose the files are, and one conversation must not see another's: then they are only named.
   */
  async *withOutgoing(events: AsyncIterable<RunEvent>, { directory, log }: Place): AsyncGenerator<WorkerEvent, void> {
    const others = this.#runs.get(directory) ?? new Set();
    const run: Watched = { since: Date.now(), isAlone: others.size === 0 };
    for (const other of others) other.isAlone = false;
    this.#runs.set(directory, others.add(run));
    try {
      for await (const event of events) {
        if (event.type === "completed") {
          const outgoing = await this.#look(directory, run).catch((error: unknown) => {
            log.error({ err: error }, "outbox.unreadable");
            return NOTHING;
          });
          if (outgoing.files.length + outgoing.problems.length > 0) yield { type: "outgoing", outgoing };
        }
        yield event;
      }
    } finally {
      others.delete(run);
      if (others.size === 0) this.#runs.delete(directory);
    }
  }

  async #look(directory: string, { since, isAlone }: Watched): Promise<Outgoing> {
    const before = this.#looked.get(directory);
    const { times, ...found } = await lookIntoOutbox({ directory, since, before }, this.#rules());
    if (times.size > 0) this.#looked.set(directory, times);
    if (isAlone || found.files.length === 0) return found;
    const names = found.files.map(({ path }) => inlineCode(`/file get ${path}`)).join(", ");
    const why = "Other tasks ran in this directory, so it is not certain which of them wrote the files in its outbox";
    return { files: [], problems: [...found.problems, `${why}: ${names}`] };
  }
}

interface Place {
  readonly directory: string;
  readonly log: Logger;
}

const NOTHING: Outgoing = { files: [], problems: [] };
