import { readdirSync, readFileSync } from "node:fs";
import { eventDecoder } from "../../../../runners/opencode/live/decode.ts";
import type { LiveEvent } from "../../../../runners/opencode/live/schema.ts";
import { type LiveState, startOf } from "../../../../runners/opencode/live/state.ts";
import { translateLive } from "../../../../runners/opencode/live/translate.ts";
import { initialState } from "../../../../runners/opencode/state.ts";
import type { RunEvent } from "../../../../src/domain/events.ts";
import type { Logger } from "../../../../src/log.ts";
import { noLog } from "../../../helpers/recordings.ts";

const folder = new URL("../../../../fixtures/opencode/live/", import.meta.url);

/** Recorded event streams of one turn each. */
export const liveRecordings: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".jsonl"))
  .map((name) => name.slice(0, -".jsonl".length));

/** The events of a recording that are of use. */
export function readEvents(name: string, log: Logger = noLog): LiveEvent[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, folder), "utf8")
    .trimEnd()
    .split("\n");
  const decode = eventDecoder(log);
  return lines.flatMap((line) => decode(line) ?? []);
}

/** The state in which the recorded turn began. */
export function startOfRecording(events: readonly LiveEvent[]): LiveState {
  const session = events.find((event) => event.type === "session.created")?.properties.info.id ?? "";
  const message = events.find((event) => event.type === "message.updated");
  return startOf({
    ...{ run: initialState, session, directory: "/repo", showsThoughts: true },
    prompt: message?.properties.info.id ?? "",
  });
}

export interface Played {
  readonly state: LiveState;
  readonly events: readonly RunEvent[];
}

export function play(events: readonly LiveEvent[], start: LiveState): Played {
  let state = start;
  const told: RunEvent[] = [];
  for (const event of events) {
    const [next, news] = translateLive(state, event);
    state = next;
    told.push(...news);
  }
  return { state, events: told };
}
