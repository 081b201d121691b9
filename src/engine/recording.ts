import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { BOUNDS } from "../bounds.ts";
import type { RunEvent } from "../domain/events.ts";
import type { RunCommand } from "../domain/run.ts";
import { type Logger, redact } from "../log.ts";
import type { RunRequest } from "./contract.ts";
import { LineSplitter } from "./lines.ts";
import type { Tap } from "./tap.ts";

/** The beginning of a recording's first line. */
export const HEAD = '{"takopi":"recording"';

interface RecordingSetup {
  readonly directory: string;
  readonly engine: string;
  readonly runId: string;
  /** Driven by the two-way protocol. */
  readonly isLive: boolean;
  /** Values that must not get into a file. */
  readonly secrets: readonly string[];
  readonly log: Logger;
}

/**
 * A file with all that a run's engine said and was told, line by line, and the events that came of it. A file that
 * cannot be written costs the recording, and nothing else.
 */
export class Recording implements Tap {
  readonly #setup: RecordingSetup;
  readonly #in = new LineSplitter();
  readonly #out = new LineSplitter();
  #file: number | undefined;
  #bytes = 0;

  constructor(setup: RecordingSetup) {
    this.#setup = setup;
    const { directory, engine, runId, isLive } = setup;
    this.#safely(() => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      makeRoom(directory);
      const at = new Date().toISOString();
      const name = `${at.replace(/[:.]/g, "-")}-${engine}-${runId.replace(/\W/g, "_")}.jsonl`;
      this.#file = openSync(join(directory, name), "wx", 0o600);
    });
    this.#write({ takopi: "recording", version: 1, engine, runId, isLive });
  }

  heard(chunk: Uint8Array): void {
    for (const line of this.#in.push(chunk)) this.#write({ dir: "in", line });
  }

  said(text: string): void {
    for (const line of this.#out.push(Buffer.from(text))) this.#write({ dir: "out", line });
  }

  told(event: RunEvent): void {
    this.#write({ dir: "event", event });
  }

  asked(command: RunCommand): void {
    this.#write({ dir: "command", command });
  }

  close(): void {
    for (const line of this.#in.end()) this.#write({ dir: "in", line });
    for (const line of this.#out.end()) this.#write({ dir: "out", line });
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) this.#safely(() => closeSync(file));
  }

  #write(value: object): void {
    const file = this.#file;
    if (file === undefined) return;
    const line = Buffer.from(`${this.#withoutSecrets(JSON.stringify(value))}\n`);
    this.#bytes += line.length;
    if (this.#bytes > BOUNDS.recording.bytes) {
      this.#file = undefined;
      this.#safely(() => closeSync(file));
      this.#setup.log.warn({ bytes: BOUNDS.recording.bytes }, "recording.full");
      return;
    }
    this.#safely(() => writeSync(file, line));
  }

  #withoutSecrets(text: string): string {
    return redact(this.#setup.secrets.reduce((rest, secret) => rest.replaceAll(secret, "[REDACTED]"), text));
  }

  #safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#file = undefined;
      this.#setup.log.error({ err: error, directory: this.#setup.directory }, "recording.failed");
    }
  }
}

/** Removes the oldest recordings; their names begin with their time. */
function makeRoom(directory: string): void {
  const names = readdirSync(directory).filter((name) => /^\d{4}-\d\d-\d\dT.*\.jsonl$/.test(name));
  const surplus = names.sort().slice(0, Math.max(0, names.length + 1 - BOUNDS.recording.runs));
  for (const name of surplus) rmSync(join(directory, name), { force: true });
}

/**
 * The recording of a run, if the options want one; the config puts a directory in place of `true`.
 *
 * @param isLive See `RecordingSetup`.
 */
export function recordingOf(
  engine: string,
  { options, env, spec, log }: RunRequest,
  isLive: boolean,
): Recording | undefined {
  const { record: directory } = options;
  if (typeof directory !== "string") return undefined;
  const secrets = [...new Set([...secretsIn(env), ...secretsIn(options)])];
  return new Recording({ directory, engine, runId: spec.runId, isLive, secrets, log });
}

/** Values that are secret by their names: of variables, of options, of what the options hold. */
function secretsIn(values: object): string[] {
  return Object.entries(values).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === "object" && value !== null) return secretsIn(value);
    if (typeof value !== "string" || !SECRET.test(name)) return [];
    const secret = value.replace(/^(?:Basic|Bearer) /i, "");
    return secret.length >= SHORTEST ? [secret] : [];
  });
}

const SECRET = /key|token|secret|password|credential|authorization|cookie/i;
/** In characters: shorter values would take ordinary words out of the text. */
const SHORTEST = 8;
