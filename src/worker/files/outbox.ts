import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent } from "../../domain/events.ts";
import { UserError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { Outgoing, WorkerEvent } from "../port.ts";
import { findInside, partsOf } from "./directory.ts";
import { MAX_SENT_BYTES, readInside } from "./read.ts";

/** Where an agent puts files that it sends, from the directory of its run. */
const OUTBOX = ".takopi/outbox";
const MAX_FILES = 10;
/** The clock of a file system runs a little behind. */
const CLOCK_STEP_MS = 20;

/** The files that were put into the outbox since a time, ms since 1970; one sentence for each that cannot be sent. */
async function lookIntoOutbox(root: string, since: number): Promise<Outgoing> {
  const files: Outgoing["files"][number][] = [];
  const problems: string[] = [];
  let total = 0;
  for (const path of await newIn(root, since)) {
    try {
      const { name, size, mime } = await readInside(root, path);
      if (files.length === MAX_FILES) throw new UserError(`\`${path}\` was not sent: ${MAX_FILES} files a task are.`);
      if (total + size > MAX_SENT_BYTES) throw new UserError(`\`${path}\` was not sent: 50 MiB a task are.`);
      total += size;
      files.push({ path, name, size, mime });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.userText);
    }
  }
  return { files, problems };
}

async function newIn(root: string, since: number): Promise<string[]> {
  const directory = await findInside(root, partsOf(OUTBOX)).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
  if (directory === undefined) return [];
  const names = (await readdir(directory)).filter((name) => !name.startsWith("."));
  const times = await Promise.all(names.map(async (name) => (await lstat(join(directory, name))).ctimeMs));
  return names
    .filter((_, index) => (times[index] ?? 0) >= since - CLOCK_STEP_MS)
    .sort()
    .map((name) => `${OUTBOX}/${name}`);
}

interface Watched {
  readonly since: number;
  isAlone: boolean;
}

/** The outboxes of the runs of this machine. */
export class Outboxes {
  readonly #runs = new Map<string, Set<Watched>>();

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
    const found = await lookIntoOutbox(directory, since);
    if (isAlone || found.files.length === 0) return found;
    const names = found.files.map(({ path }) => `\`/file get ${path}\``).join(", ");
    const why = "Other tasks ran in this directory, so it is not certain which of them wrote the files in its outbox";
    return { files: [], problems: [...found.problems, `${why}: ${names}`] };
  }
}

interface Place {
  readonly directory: string;
  readonly log: Logger;
}

const NOTHING: Outgoing = { files: [], problems: [] };
