import { readdirSync, readFileSync } from "node:fs";
import type { RunEvent } from "../../src/domain/events.ts";
import type { Engine } from "../../src/engine/contract.ts";
import type { Logger } from "../../src/log.ts";

const fixtures = new URL("../../fixtures/", import.meta.url);

/** Names of an engine's recorded streams, without the ending. */
export function recordingsOf(engineId: string): readonly string[] {
  const names = readdirSync(new URL(`${engineId}/`, fixtures));
  return names.filter((name) => name.endsWith(".jsonl")).map((name) => name.slice(0, -".jsonl".length));
}

/** A recorded stream as its bytes. */
export const readRecording = (engineId: string, name: string): Buffer =>
  readFileSync(new URL(`${engineId}/${name}.jsonl`, fixtures));

/** The events of a stream that comes in these chunks. */
export async function replay(engine: Engine, chunks: readonly Uint8Array[], log: Logger = noLog): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of engine.replay(toStream(chunks), log)) events.push(event);
  return events;
}

async function* toStream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

export const noLog: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => noLog,
};

/** A log that keeps what is written at a level, `child` included. */
export function createLog(level: "warn" | "error"): Logger & { readonly entries: { fields: object; event: string }[] } {
  const entries: { fields: object; event: string }[] = [];
  const log: Logger = {
    ...noLog,
    [level]: (fields: object, event: string) => void entries.push({ fields, event }),
    child: () => log,
  };
  return Object.assign(log, { entries });
}
