import { z } from "zod";
import type { RunEvent, ShownEvent } from "../domain/events.ts";
import { parseJson } from "./json.ts";
import { LineSplitter } from "./lines.ts";
import { HEAD } from "./recording.ts";

type Bytes = AsyncIterable<Uint8Array>;
type Replay = (stdout: Bytes) => AsyncIterable<ShownEvent>;

/**
 * The events of a stream that is an engine's own output, or a recording of takopi's: of a headless run what the engine
 * said is read again, of a live one the events are those that were told.
 */
export function replayAny(stdout: Bytes, replay: Replay): AsyncIterable<ShownEvent> {
  const chosen = choose(stdout, replay);
  let known: AsyncIterator<ShownEvent> | undefined;
  const first = async () => {
    known = await chosen;
    return known.next();
  };
  // Each event in a step of its own, as the engine's replay gives it.
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => known?.next() ?? first(),
      return: async () => (await (await chosen).return?.()) ?? { done: true, value: undefined },
    }),
  };
}

async function choose(stdout: Bytes, replay: Replay): Promise<AsyncIterator<ShownEvent>> {
  const chunks = stdout[Symbol.asyncIterator]();
  const first = await chunks.next();
  const start: Uint8Array = first.done ? new Uint8Array() : first.value;
  const all = withStart(start, chunks);
  if (!Buffer.from(start).toString("utf8", 0, HEAD.length).startsWith(HEAD)) return replay(all)[Symbol.asyncIterator]();
  const lines = linesOf(all);
  const head = Head.safeParse((await lines.next()).value).data;
  const iterable = { [Symbol.asyncIterator]: () => lines };
  return head?.isLive ? toldIn(iterable) : replay(heardIn(iterable))[Symbol.asyncIterator]();
}

async function* withStart(start: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield start;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function* linesOf(bytes: Bytes): AsyncGenerator<unknown> {
  const lines = new LineSplitter();
  for await (const chunk of bytes) for (const line of lines.push(chunk)) yield parseJson(line);
  for (const line of lines.end()) yield parseJson(line);
}

async function* heardIn(lines: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const line of lines) {
    const { data } = Heard.safeParse(line);
    if (data) yield Buffer.from(`${data.line}\n`);
  }
}

async function* toldIn(lines: AsyncIterable<unknown>): AsyncGenerator<ShownEvent> {
  for await (const line of lines) {
    const { data } = Told.safeParse(line);
    if (data && isShown(data.event)) yield data.event;
  }
}

/** The others are the bridge's own affair. */
const isShown = (event: RunEvent): event is ShownEvent =>
  event.type !== "process" && event.type !== "ready" && event.type !== "ack";

const isEvent = (value: unknown): boolean => typeof value === "object" && value !== null && "type" in value;

const Head = z.object({ isLive: z.boolean() });
const Heard = z.object({ dir: z.literal("in"), line: z.string() });
const Told = z.object({ dir: z.literal("event"), event: z.custom<RunEvent>(isEvent) });
