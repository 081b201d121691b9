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
/** A bridge runs for weeks: these come first, until V8 has compiled what is used. */
const WARM_UP = 2;
/** The two ways in turn, since machines change their pace; of their ratios the middle one counts. */
const ROUNDS = 9;
/** As pipes bring them. */
const CHUNK_BYTES = 64 * 1024;
const BLOCK_BYTES = 64 * CHUNK_BYTES;

interface Measurement {
  readonly ratio: number;
  readonly growthBytes: number;
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
    const { stdout } = await promisify(execFile)(process.execPath, [program, "--measure", engine, file]);
    const { ratio, growthBytes } = JSON.parse(stdout) as Measurement;
    const figure = `${engine} stream of 100 MB to events`;
    const goal = engine === "pi" ? "3" : "0.7";
    return [
      { figure: `${figure}, speed`, goal: `${goal} x JSON.parse`, value: `${ratio.toFixed(2)} x JSON.parse` },
      { figure: `${figure}, memory growth`, goal: "under 40 MiB", value: `${(growthBytes / MIB).toFixed(1)} MiB` },
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

async function measure(id: string, file: string): Promise<Measurement> {
  const meter = new Meter(file);
  const ratios: number[] = [];
  let growthBytes: number | undefined;
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    await readEvents(meter, id);
    growthBytes ??= meter.growthBytes;
    const eventsMs = meter.cpuMs;
    await readBare(meter);
    ratios.push(meter.cpuMs / eventsMs);
  }
  return { ratio: quantile(ratios.slice(WARM_UP), 0.5), growthBytes: growthBytes ?? Number.NaN };
}

/** What any reader of such a stream has to do: cut it into lines and `JSON.parse` each. */
async function readBare(meter: Meter): Promise<void> {
  const splitter = new LineSplitter();
  let values = 0;
  for await (const chunk of meter.read()) {
    for (const line of splitter.push(chunk)) if (JSON.parse(line) !== null) values += 1;
  }
  if (values === 0) throw new Error("the stream is empty");
}

/** The same with all that makes events of it: deciding what to skip, checking, translating. */
async function readEvents(meter: Meter, id: string): Promise<void> {
  const engine = engines.find((candidate) => candidate.id === id);
  if (!engine) throw new Error(`no engine ${id}`);
  let events = 0;
  for await (const event of engine.replay(meter.read(), silent)) if (event.type !== "started") events += 1;
  if (events === 0) throw new Error(`nothing of ${id} became an event`);
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

  /** Processor time of a block of 4 MiB, of the fastest quarter: a pause of the machine only adds. */
  get cpuMs(): number {
    return quantile(this.#blocks, 0.25);
  }

  get growthBytes(): number {
    return this.#peak - this.#atStart;
  }
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };

const [, script, mode, engine = "", file = ""] = process.argv;
if (script === fileURLToPath(import.meta.url)) {
  if (mode === "--measure") process.stdout.write(JSON.stringify(await measure(engine, file)));
  else for (const id of Object.keys(syntheticStreams)) console.table(await measureStream(id));
}
