import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { engines } from "../../runners/index.ts";
import { LineSplitter } from "../../src/engine/lines.ts";
import type { Logger } from "../../src/log.ts";
import { syntheticStreams, writeStream } from "./synthetic.ts";

/** One line of the table of figures. */
export interface Figure {
  readonly figure: string;
  readonly goal: string;
  readonly value: string;
}

const STREAM_BYTES = 100_000_000;
const MIB = 1024 * 1024;
/** Each measurement has a process of its own; of several the middle one counts. */
const REPEATS = 3;

interface Measurement {
  /** Processor time, so that what else the machine does matters little. */
  readonly cpuMs: number;
  readonly growthBytes: number;
  readonly events: number;
}

/** How fast 100 MB of an engine's output become events, next to a loop that does nothing but `JSON.parse` its lines. */
export async function measureStream(engine: string): Promise<Figure[]> {
  const stream = syntheticStreams[engine];
  if (!stream) throw new Error(`no synthetic stream for ${engine}`);
  const directory = await mkdtemp(join(tmpdir(), "takopi-bench-"));
  try {
    const file = join(directory, "stream.jsonl");
    await writeFile(file, writeStream(stream, STREAM_BYTES));
    const bare = await repeat("bare", engine, file);
    const events = await repeat("events", engine, file);
    const ratio = median(bare.map(({ cpuMs }) => cpuMs)) / median(events.map(({ cpuMs }) => cpuMs));
    const growth = median(events.map(({ growthBytes }) => growthBytes)) / MIB;
    const figure = `${engine} stream of 100 MB to events`;
    const goal = engine === "pi" ? "3" : "0.7";
    return [
      { figure: `${figure}, speed`, goal: `${goal} x JSON.parse`, value: `${ratio.toFixed(2)} x JSON.parse` },
      { figure: `${figure}, memory growth`, goal: "under 40 MiB", value: `${growth.toFixed(1)} MiB` },
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function repeat(kind: "bare" | "events", engine: string, file: string): Promise<Measurement[]> {
  const results: Measurement[] = [];
  for (let index = 0; index < REPEATS; index += 1) {
    const args = [...process.execArgv, fileURLToPath(import.meta.url), "--measure", kind, engine, file];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    results.push(JSON.parse(stdout) as Measurement);
  }
  return results;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What any reader of such a stream has to do: read the file, cut it into lines, `JSON.parse` each. */
async function measureBare(file: string): Promise<Measurement> {
  const splitter = new LineSplitter();
  const before = process.cpuUsage();
  let events = 0;
  for await (const chunk of createReadStream(file)) {
    for (const line of splitter.push(chunk as Buffer)) if (JSON.parse(line) !== null) events += 1;
  }
  return { cpuMs: cpuSince(before), growthBytes: 0, events };
}

/** The same reading, with all that makes events of it: deciding what to skip, checking, translating. */
async function measureEvents(id: string, file: string): Promise<Measurement> {
  const engine = engines.find((candidate) => candidate.id === id);
  if (!engine) throw new Error(`no engine ${id}`);
  let peak = 0;
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(file)) {
      peak = Math.max(peak, process.memoryUsage.rss());
      yield chunk as Buffer;
    }
  }
  const atStart = process.memoryUsage.rss();
  const before = process.cpuUsage();
  let events = 0;
  for await (const event of engine.replay(watched(), silent)) if (event.type !== "started") events += 1;
  return { cpuMs: cpuSince(before), growthBytes: peak - atStart, events };
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };

const [, script, mode, kind, engine = "", file = ""] = process.argv;
if (script === fileURLToPath(import.meta.url)) {
  if (mode === "--measure") {
    const measurement = kind === "bare" ? await measureBare(file) : await measureEvents(engine, file);
    process.stdout.write(JSON.stringify(measurement));
  } else {
    for (const id of Object.keys(syntheticStreams)) console.table(await measureStream(id));
  }
}
