import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { z } from "zod";
import type { RunEvent } from "../../src/domain/events.ts";
import type { ProcessMark } from "../../src/domain/run.ts";
import type { Engine } from "../../src/engine/contract.ts";
import { defineEngine, type Exit, type HeadlessEngine } from "../../src/engine/define.ts";
import { endMarkedProcesses } from "../../src/engine/marked.ts";
import { baseOptions } from "../../src/engine/options.ts";
import type { Logger } from "../../src/log.ts";
import { type Asked, type DrivenRun, openDriven } from "../helpers/driven.ts";

const toyOptions = z.strictObject(baseOptions);
type ToyOptions = z.infer<typeof toyOptions>;

const ToyLine = z.discriminatedUnion("type", [
  z.object({ type: z.literal("session"), id: z.string() }),
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("step"), id: z.string(), title: z.string() }),
  z.object({ type: z.literal("bug") }),
  z.object({ type: z.literal("done") }),
]);

interface ToyState {
  readonly answer: string;
}

type ToyEngine = HeadlessEngine<ToyOptions, typeof ToyLine, ToyState>;

/** The least engine there is: `extra_args` are its whole argv. */
const toyDefinition: ToyEngine = {
  id: "toy",
  label: "Toy",
  options: toyOptions,
  resume: { format: (value) => `toy ${value}`, parse: (line) => /^toy (\S+)$/i.exec(line)?.[1] },
  env: ["TOY_*"],
  wire: ToyLine,
  skip: ['{"type":"noise"'],
  stopSignal: "SIGTERM",
  probe: async () => ({ problems: [] }),
  launch: async ({ options, spec: { prompt } }) => ({
    file: options.cmd ?? process.execPath,
    args: options.extra_args ?? [],
    stdin: prompt,
    state: { answer: "" },
  }),
  initial: { answer: "" },
  translate: (state, line) => {
    switch (line.type) {
      case "session":
        return [state, [{ type: "started", engine: "toy", resume: { engine: "toy", value: line.id } }]];
      case "text":
        return [{ answer: state.answer + line.text }, []];
      case "step": {
        const action = { id: line.id, kind: "tool", title: line.title, detail: {} } as const;
        return [state, [{ type: "action", engine: "toy", phase: "started", action }]];
      }
      case "bug":
        throw new Error("a bug in the translator");
      case "done":
        return [state, [{ type: "completed", engine: "toy", ok: true, answer: state.answer }]];
    }
  },
  end: ({ answer }: ToyState, exit: Exit) => ({
    type: "completed",
    engine: "toy",
    ok: exit.code === 0 && answer !== "",
    answer,
  }),
};

export function createToy(changes: Partial<ToyEngine> = {}): Engine {
  return defineEngine({ ...toyDefinition, ...changes });
}

export interface LogEntry {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly event: string;
  readonly fields: object;
}

/** A logger that keeps what it is told. */
export function recordingLog(entries: LogEntry[] = []): Logger & { readonly entries: LogEntry[] } {
  const at = (level: LogEntry["level"]) => (fields: object, event: string) => {
    entries.push({ level, event, fields });
  };
  const log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), entries };
  return { ...log, child: () => recordingLog(entries) };
}

export const childProgram = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/children/${name}.mjs`, import.meta.url));

/** The same for a program that the bridge asks its version at each start. */
export const standIn = (name: "pi-rpc" | "codex-app-server"): string =>
  fileURLToPath(new URL(`../../fixtures/children/${name}.sh`, import.meta.url));

/** Opens a run of a program of `fixtures/children`. What it may leave behind ends with the test. */
export function openChild(
  program: string,
  { args = [], engine = createToy(), ...changes }: Partial<Asked> & { args?: string[]; engine?: Engine } = {},
): { readonly run: DrivenRun; readonly runId: string; readonly spawned: Promise<ProcessMark> } {
  const runId = randomUUID();
  onTestFinished(async () => {
    await endMarkedProcesses(runId);
  });
  const run = openDriven(engine, {
    runId,
    prompt: "hello",
    cwd: process.cwd(),
    options: { extra_args: [childProgram(program), ...args] },
    env: process.env,
    log: recordingLog(),
    ...changes,
  });
  return { run, runId, spawned: run.spawned };
}

export async function collect(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** Kept from before any test fakes it. */
const later = setTimeout;
const LOOK_MS = 5;

/** Resolves when the condition holds; it is looked at again and again, as nobody tells of it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => later(resolve, LOOK_MS));
}
