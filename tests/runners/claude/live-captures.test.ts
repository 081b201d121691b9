import { readdirSync, readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ClaudePeer } from "../../../runners/claude/live/protocol.ts";
import { Turn } from "../../../runners/claude/live/turn.ts";
import { initialState } from "../../../runners/claude/state.ts";
import type { ShownEvent } from "../../../src/domain/events.ts";
import { createLog } from "../../helpers/recordings.ts";

const folder = new URL("../../../fixtures/claude/live/", import.meta.url);
const captures = readdirSync(folder)
  .filter((name) => name.endsWith(".jsonl"))
  .map((name) => name.replace(".jsonl", ""));

interface Exchange {
  readonly dir: "in" | "out";
  readonly msg: { readonly type?: string };
}

/** What claude said, without its answers to requests that nobody here makes. */
function linesOf(name: string): readonly string[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, folder), "utf8")
    .trim()
    .split("\n");
  return lines
    .map((line) => JSON.parse(line) as Exchange)
    .filter(({ dir, msg }) => dir === "in" && msg.type !== "control_response")
    .map(({ msg }) => JSON.stringify(msg));
}

/** Plays a recording to a turn; then claude is gone. */
async function play(lines: readonly string[], log = createLog("warn")): Promise<readonly ShownEvent[]> {
  const events: ShownEvent[] = [];
  const stdout = new PassThrough();
  const peer = new ClaudePeer({ stdout, write: async () => {} }, log);
  const context = {
    ...{ stopped: new AbortController().signal, announce: () => {}, ready: () => {}, drained: async () => {} },
    push: (event: ShownEvent) => void events.push(event),
  };
  const turn = new Turn({ peer, state: initialState, context, cwd: "/repo" });
  peer.listener = (said) => turn.hear(said);
  turn.begin("go", []);
  stdout.end(lines.map((line) => `${line}\n`).join(""));
  await peer.closed;
  turn.gone({ code: 0, signal: undefined, stderr: "", stopped: undefined });
  await turn.over;
  return events;
}

test("there are recordings", () => expect(captures.length).toBeGreaterThan(20));

test.each(captures)("%s, cut after every line, ends with its one outcome and no question left", async (name) => {
  const lines = linesOf(name);
  for (let cut = 0; cut <= lines.length; cut += 1) {
    const events = await play(lines.slice(0, cut));
    expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
    expect(events.at(-1)?.type).toBe("completed");
    const asked = events.flatMap((event) => (event.type === "question" ? [event.question.id] : []));
    const resolved = events.flatMap((event) => (event.type === "resolved" ? [event.questionId] : []));
    expect(resolved.sort()).toEqual(asked.sort());
  }
});

test.each(captures)("%s holds no line that is not known", async (name) => {
  const log = createLog("warn");
  await play(linesOf(name), log);
  expect(log.entries).toEqual([]);
});
