import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Usage } from "../../src/domain/events.ts";
import type { Engine, Run, RunRequest } from "../../src/engine/contract.ts";
import { defineEngine, type HeadlessEngine } from "../../src/engine/define.ts";
import { baseOptions } from "../../src/engine/options.ts";
import { toolsCommand } from "../../src/engine/pass.ts";
import { openRun } from "../../src/engine/run-machine.ts";
import { needsProcess, PlayedRun } from "./played-run.ts";

const Line = z.discriminatedUnion("type", [
  z.object({ type: z.literal("session"), id: z.string() }),
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("step"), id: z.string(), title: z.string() }),
  z.object({ type: z.literal("stepped"), id: z.string(), title: z.string() }),
  z.object({ type: z.literal("cost"), usd: z.number() }),
  z.object({ type: z.literal("done") }),
]);

interface State {
  readonly answer: string;
  readonly session: string | undefined;
  readonly usage: Usage | undefined;
}

const program = fileURLToPath(new URL("../../fixtures/children/scripted.mjs", import.meta.url));

const options = z.strictObject({ ...baseOptions, effort: z.string().optional() });

/**
 * An engine that does what the prompt says; see `fixtures/children` for the words. A run gets a process of its own only
 * if a word concerns the process: to start one costs more than all else that most tests do.
 */
export function scriptedEngine(id: string): Engine {
  const definition = scripted(id);
  const engine = defineEngine(definition);
  const open = (request: RunRequest): Run => {
    if (request.options.cmd !== undefined || needsProcess(request.spec.prompt)) return engine.open(request);
    const driver = new PlayedRun(definition, { ...request, options: options.parse(request.options) });
    return openRun({ id, label: id, request, driver });
  };
  return { ...engine, open };
}

function scripted(id: string): HeadlessEngine<z.infer<typeof options>, typeof Line, State> {
  const token = (value: string) => ({ engine: id, value });
  return {
    id,
    label: id,
    options,
    reasoning: { option: "effort", levels: ["low", "high"] },
    resume: {
      format: (value) => `${id} resume ${value}`,
      parse: (line) => new RegExp(`^${id} resume (\\S+)$`, "i").exec(line)?.[1],
    },
    env: [],
    takesTools: true,
    wire: Line,
    stopSignal: "SIGTERM",
    probe: async () => ({ path: program, version: "1.0.0", problems: [] }),
    launch: async ({ options, tools, spec: { prompt, session, runId } }) => ({
      file: options.cmd ?? process.execPath,
      args: [program, session ?? "", options.model ?? "", options.effort ?? ""],
      env: { TOOLS: JSON.stringify(toolsCommand(tools, runId) ?? null) },
      stdin: prompt,
      state: { answer: "", session, usage: undefined },
    }),
    initial: { answer: "", session: undefined, usage: undefined },
    translate: (state, line) => {
      switch (line.type) {
        case "session":
          return [{ ...state, session: line.id }, [{ type: "started", engine: id, resume: token(line.id) }]];
        case "text":
          return [{ ...state, answer: state.answer + line.text }, []];
        case "step":
        case "stepped": {
          const action = { id: line.id, kind: "command", title: line.title, detail: {} } as const;
          const phase = line.type === "step" ? "started" : "completed";
          return [state, [{ type: "action", engine: id, phase, action }]];
        }
        case "cost": {
          const tokens = { inputTokens: 1000, outputTokens: 200, cacheReadTokens: 30, cacheWriteTokens: 4 };
          return [{ ...state, usage: { ...tokens, costUsd: line.usd } }, []];
        }
        case "done": {
          const { answer, session, usage } = state;
          const more = { ...resumeOf(session), ...(usage && { usage }) };
          return [state, [{ type: "completed", engine: id, ok: true, answer, ...more }]];
        }
      }
    },
    end: ({ answer, session }, { code, stderr }) => ({
      type: "completed",
      engine: id,
      ok: false,
      answer,
      error: code === 0 ? `${id} ended without an outcome.` : `${id} exited with code ${code}.\n${stderr}`,
      ...resumeOf(session),
    }),
  };

  function resumeOf(session: string | undefined) {
    return session === undefined ? {} : { resume: token(session) };
  }
}
