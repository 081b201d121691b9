import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { engines } from "../../runners/index.ts";
import { LineSplitter } from "../../src/engine/lines.ts";
import type { Logger } from "../../src/log.ts";
import { quantile } from "./quantile.ts";
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
const REPEATS = 5;
/** As pipes bring them. */
const CHUNK_BYTES = 64 * 1024;
const BLOCK_BYTES = 64 * CHUNK_BYTES;

interface Measurement {
  /** Processor time of a block of 4 MiB, of the fastest quarter: a pause of the machine only adds. */
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
    const program = await built(directory);
    const file = join(directory, "stream.jsonl");
    await writeFile(file, writeStream(stream, STREAM_BYTES));
    const bare = await repeat([program, "--measure", "bare", engine, file]);
    const events = await repeat([program, "--measure", "events", engine, file]);
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

/** This file as the product is built: what runs from source gives each function its name anew. */
async function built(directory: string): Promise<string> {
  const source = fileURLToPath(import.meta.url);
  const root = join(source, "../../..");
  await promisify(execFile)(process.execPath, [join(root, ".build.mjs"), "--module", source, directory]);
  return join(directory, "tests/bench/streams.mjs");
}

async function repeat(args: readonly string[]): Promise<Measurement[]> {
  const results: Measurement[] = [];
  for (let index = 0; index < REPEATS; index += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, args);
    results.push(JSON.parse(stdout) as Measurement);
  }
  return results;
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** What any reader of such a stream has to do: cut it into lines and `JSON.parse` each. */
async function measureBare(meter: Meter): Promise<Measurement> {
  const splitter = new LineSplitter();
  let events = 0;
  for await (const chunk of meter.read()) {
    for (const line of splitter.push(chunk)) if (JSON.parse(line) !== null) events += 1;
  }
  return meter.result(events);
}

/** The same with all that makes events of it: deciding what to skip, checking, translating. */
async function measureEvents(meter: Meter, id: string): Promise<Measurement> {
  const engine = engines.find((candidate) => candidate.id === id);
  if (!engine) throw new Error(`no engine ${id}`);
  let events = 0;
  for await (const event of engine.replay(meter.read(), silent)) if (event.type !== "started") events += 1;
  return meter.result(events);
}

/** Hands out a file in chunks, from memory and again at each `read`, and measures what becomes of them, block by block. */
class Meter {
  readonly #bytes: Buffer;
  #blocks: number[] = [];
  readonly #atStart: number;
  #peak = 0;

  constructor(file: string) {
    this.#bytes = readFileSync(file);
    this.#atStart = process.memoryUsage.rss();
  }

  async *read(): AsyncGenerator<Uint8Array> {
    this.#blocks = [];
    for (let start = 0; start < this.#bytes.length; start += BLOCK_BYTES) {
      const block = this.#bytes.subarray(start, start + BLOCK_BYTES);
      const before = process.cpuUsage();
      for (let at = 0; at < block.length; at += CHUNK_BYTES) yield block.subarray(at, at + CHUNK_BYTES);
      const { user, system } = process.cpuUsage(before);
      this.#blocks.push((user + system) / 1000);
      this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
    }
  }

  result(events: number): Measurement {
    return { cpuMs: quantile(this.#blocks, 0.25), growthBytes: this.#peak - this.#atStart, events };
  }
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };

const [, script, mode, kind, engine = "", file = ""] = process.argv;
if (script === fileURLToPath(import.meta.url)) {
  if (mode === "--measure") {
    const meter = new Meter(file);
    const measure = () => (kind === "bare" ? measureBare(meter) : measureEvents(meter, engine));
    // A bridge runs for weeks: the second time counts, when V8 has compiled what is used.
    await measure();
    process.stdout.write(JSON.stringify(await measure()));
  } else {
    for (const id of Object.keys(syntheticStreams)) console.table(await measureStream(id));
  }
}
