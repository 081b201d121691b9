import { setTimeout as sleep } from "node:timers/promises";
import type { Action } from "../../src/domain/events.ts";
import type { Question, Reply } from "../../src/domain/question.ts";
import type { RunRequest } from "../../src/engine/contract.ts";
import type { Driver, RunContext } from "../../src/engine/driver.ts";
import type { LiveEngine } from "../../src/engine/live.ts";
import type { ToolOutput, ToolUse, ToolUser } from "./agent.ts";
import { findLiveScript } from "./live-scripts.ts";
import { type DemoOptions, ENGINE, sessionFolder } from "./options.ts";
import { createSession, openSession, saveTurn } from "./session.ts";

/** An answer is written in so many steps, however long it is. */
const STEPS = 30;
/** Between two steps of writing, as a part of the pause between two tools. */
const WRITING = 0.4;
const PACE_MS = 350;

/** The scripted engine with a person to ask. It plays in this process, over the sessions of its headless mode. */
export const demoLive: LiveEngine<DemoOptions> = {
  can: ["answer", "interrupt", "steer"],
  operations: {},
  drive: (request): Driver => {
    const actor = new Actor(request.options.pace_ms ?? PACE_MS);
    return { drive: (context) => play(request, context, actor), force: async () => {} };
  },
};

type Request = RunRequest & { readonly options: DemoOptions };

async function play({ spec, cwd, options }: Request, context: RunContext, actor: Actor): Promise<void> {
  const folder = sessionFolder(options);
  const found = spec.session === undefined ? createSession(folder, cwd) : openSession(folder, spec.session);
  const session = await found;
  if (session === undefined) {
    context.push({ type: "completed", engine: ENGINE, ok: false, answer: "", error: `No session ${spec.session}.` });
    return;
  }
  const resume = { engine: ENGINE, value: session.id };
  context.push({ type: "started", engine: ENGINE, resume, title: ENGINE });
  const { stopped: signal } = context;
  try {
    actor.begin(context);
    const ask = (question: Question) => actor.ask(question);
    const outcome = await findLiveScript(spec.prompt)({ agent: actor, session, prompt: spec.prompt, signal, ask });
    const answer = "answer" in outcome ? actor.withAdded(outcome.answer) : "";
    await saveTurn(session, { prompt: spec.prompt, answer });
    await actor.write(answer);
    const end = "error" in outcome ? { ok: false, answer: "", error: outcome.error } : { ok: true, answer };
    context.push({ type: "completed", engine: ENGINE, ...end, resume, usage: usageOf(spec.prompt, answer) });
  } catch (error) {
    if (!signal.aborted) throw error;
    context.push({ type: "completed", engine: ENGINE, ok: false, answer: "", error: String(signal.reason), resume });
  }
}

/** Acts a script out as the events of a run. */
class Actor implements ToolUser {
  readonly #paceMs: number;
  readonly #waiting = new Map<string, (reply: Reply) => void>();
  readonly #added: string[] = [];
  #context: RunContext | undefined;
  #steps = 0;

  constructor(paceMs: number) {
    this.#paceMs = paceMs;
  }

  begin(context: RunContext): void {
    this.#context = context;
    context.ready({
      interrupt: true,
      steer: async (text) => void this.#added.push(text),
      answer: async (id, reply) => this.#take(id, reply),
    });
  }

  async use(_intro: string, tool: ToolUse): Promise<ToolOutput> {
    this.#steps += 1;
    const action: Action = { id: `step-${this.#steps}`, ...toAction(tool), detail: {} };
    this.#push("started", action);
    await this.#pause(1);
    const output = await tool.run(this.#running.stopped);
    await this.#pause(1);
    const { exitCode } = output;
    this.#push("completed", exitCode === undefined ? action : { ...action, detail: { exitCode } }, !exitCode);
    return output;
  }

  async ask(question: Question): Promise<Reply> {
    const { stopped } = this.#running;
    const reply = new Promise<Reply>((resolve, reject) => {
      this.#waiting.set(question.id, resolve);
      stopped.addEventListener("abort", () => reject(stopped.reason), { once: true });
    });
    this.#running.push({ type: "question", engine: ENGINE, question });
    const given = await reply;
    this.#running.push({ type: "resolved", engine: ENGINE, questionId: question.id });
    return given;
  }

  async write(answer: string): Promise<void> {
    const size = Math.max(12, Math.ceil(answer.length / STEPS));
    for (let end = size; end < answer.length + size; end += size) {
      this.#running.push({ type: "text", engine: ENGINE, text: answer.slice(0, end) });
      await this.#pause(WRITING);
    }
  }

  /** Messages that were added meanwhile are at least not lost. */
  withAdded(answer: string): string {
    return [answer, ...this.#added.map((text) => `Meanwhile you added: “${text}”.`)].join("\n\n");
  }

  get #running(): RunContext {
    if (this.#context === undefined) throw new Error("The scene has not begun.");
    return this.#context;
  }

  #take(id: string, reply: Reply): boolean {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(reply);
    return resolve !== undefined;
  }

  #push(phase: "started" | "completed", action: Action, ok?: boolean): void {
    this.#running.push({ type: "action", engine: ENGINE, phase, action, ...(ok !== undefined && { ok }) });
  }

  async #pause(part: number): Promise<void> {
    await sleep(this.#paceMs * part, undefined, { signal: this.#running.stopped });
  }
}

function toAction({ name, args }: ToolUse): Pick<Action, "kind" | "title"> {
  if (name === "bash") return { kind: "command", title: String(args["command"]) };
  if (name === "edit") return { kind: "file_change", title: String(args["path"]) };
  const path = String(args["path"] ?? "");
  return { kind: "tool", title: path === "." ? name : `${name} ${path}` };
}

/** Made up, but in proportion: four characters are a token. */
function usageOf(prompt: string, answer: string) {
  const [inputTokens, outputTokens] = [900 + prompt.length / 4, answer.length / 4].map(Math.ceil) as [number, number];
  return { inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 };
}
