import { readdirSync, readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import type { LiveProcess } from "../../../src/engine/live-process.ts";

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
}

/** One line of a two-way recording: `in` came from codex, `out` went to it. */
export interface Exchange {
  readonly dir: "in" | "out";
  readonly msg: Message;
}

const folder = new URL("../../../fixtures/codex/live/", import.meta.url);

export const captureNames = readdirSync(folder)
  .filter((name) => name.endsWith(".jsonl"))
  .map((name) => name.replace(".jsonl", ""));

export function readCapture(name: string): readonly Exchange[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, folder), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as Exchange);
}

/** A recorded server: says what it said, each time after it has heard what it had heard. */
export interface Player {
  readonly process: LiveProcess;
  /** What was sent to it, in order. */
  readonly heard: readonly Message[];
}

/** Plays the other side of a recording. After its last line its output ends, as when a process is gone. */
export function play(capture: readonly Exchange[]): Player {
  const stdout = new PassThrough();
  const heard: Message[] = [];
  /** Ids of the calls as they are now, by those of the recording. */
  const ids = new Map<unknown, unknown>();
  let at = 0;
  let heardUntil = 0;

  const say = ({ id, ...message }: Message): void => {
    const isAnswer = message.method === undefined;
    stdout.write(`${JSON.stringify({ ...message, ...(id !== undefined && { id: isAnswer ? ids.get(id) : id }) })}\n`);
  };
  /** False where it has not been heard yet. */
  const hear = ({ id, method }: Message): boolean => {
    const said = heard[heardUntil];
    if (said === undefined) return false;
    heardUntil += 1;
    if (method !== undefined) ids.set(id, said.id);
    return true;
  };
  const advance = (): void => {
    for (const { dir, msg } of capture.slice(at)) {
      if (dir === "in") say(msg);
      else if (!hear(msg)) return;
      at += 1;
    }
    stdout.end();
  };
  setImmediate(advance);

  let end = (): void => {};
  const gone = new Promise<{ code: number; signal: undefined; stderr: string }>((resolve) => {
    end = () => resolve({ code: 0, signal: undefined, stderr: "" });
  });
  const stop = async (): Promise<void> => {
    stdout.end();
    end();
  };
  const write = async (text: string): Promise<void> => {
    heard.push(JSON.parse(text) as Message);
    setImmediate(advance);
  };
  const process: LiveProcess = {
    ...{
      mark: { pid: 2 ** 30, startTime: "" },
      markId: "live-played",
      tap: () => () => {},
      stdout,
      gone,
      write,
      stop,
      kill: stop,
    },
    ...{ family: async () => [], endInput: () => {}, hasExited: () => stdout.writableEnded },
  };
  return { process, heard };
}
