import type { Completed, ShownEvent } from "../../src/domain/events.ts";
import type { RunRequest } from "../../src/engine/contract.ts";
import { defineEngine, type Launch } from "../../src/engine/define.ts";
import { programArguments } from "../../src/program-files.ts";
import { end } from "../pi/outcome.ts";
import { PiLine, SKIPPED_LINES } from "../pi/schema.ts";
import { initialState, type PiState } from "../pi/state.ts";
import { translate } from "../pi/translate.ts";
import { demoLive } from "./live.ts";
import { type DemoOptions, demoOptions, ENGINE, sessionFolder } from "./options.ts";

/** The playground's scripted engine. It speaks pi's language, and so is read by pi's own translator. */
export const demo = defineEngine(
  {
    id: ENGINE,
    label: "Demo",
    options: demoOptions,
    resume: {
      format: (value) => `demo --session ${value}`,
      parse: (line) => /^demo\s+--session\s+([\w-]+)$/i.exec(line.trim())?.[1],
    },
    env: [],
    wire: PiLine,
    skip: SKIPPED_LINES,
    stopSignal: "SIGTERM",
    probe: async () => ({ path: process.execPath, version: process.versions.node, problems: [] }),
    launch,
    initial: initialState,
    translate: (state, line) => {
      const [next, events] = translate(state, line);
      return [next, events.map(toDemo)];
    },
    end: (state, exit) => toDemo(end(state, exit)),
  },
  demoLive,
);

async function launch({
  options,
  spec: { prompt, session },
}: RunRequest & { readonly options: DemoOptions }): Promise<Launch<PiState>> {
  const args = [
    ...(await programArguments("runners/demo/program")),
    ...["--session-dir", sessionFolder(options)],
    ...(session === undefined ? [] : ["--session", session]),
    ...(options.pace_ms === undefined ? [] : ["--pace-ms", `${options.pace_ms}`]),
    ...(options.extra_args ?? []),
  ];
  return { file: process.execPath, args, stdin: prompt, state: initialState };
}

/** pi's events under this engine's name. */
function toDemo<Event extends ShownEvent | Completed>(event: Event): Event {
  const resume = "resume" in event && event.resume ? { resume: { ...event.resume, engine: ENGINE } } : {};
  const title = event.type === "started" ? { title: ENGINE } : {};
  return { ...event, engine: ENGINE, ...resume, ...title };
}
