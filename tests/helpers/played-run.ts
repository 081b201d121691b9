import { setImmediate } from "node:timers/promises";
import { plainWords, wordsOf } from "../../fixtures/children/words.mjs";
import type { RunRequest } from "../../src/engine/contract.ts";
import type { NativeUnion } from "../../src/engine/decode.ts";
import type { HeadlessEngine } from "../../src/engine/define.ts";
import type { Driver, RunContext } from "../../src/engine/driver.ts";
import type { EngineOptions } from "../../src/engine/options.ts";
import { withPass } from "../../src/engine/pass.ts";
import { EventReader } from "../../src/engine/reader.ts";

/** Words of `fixtures/children/scripted.mjs` that concern its process; `process` only asks for one. */
const OF_PROCESS = /^\s*(process|where|variables|stderr|exit|garbage|big|deaf|orphan|background|hang)\b/m;

export const needsProcess = (prompt: string): boolean => OF_PROCESS.test(prompt);

/** Plays a prompt of the scripted engine within this process: what it prints is read as if a program had printed it. */
export class PlayedRun<Options extends EngineOptions, Union extends NativeUnion, State> implements Driver {
  readonly #engine: HeadlessEngine<Options, Union, State>;
  readonly #request: RunRequest & { readonly options: Options };

  constructor(engine: HeadlessEngine<Options, Union, State>, request: RunRequest & { readonly options: Options }) {
    this.#engine = engine;
    this.#request = request;
  }

  drive(context: RunContext): Promise<void> {
    const { tools, spec } = this.#request;
    return withPass(tools, spec.runId, () => this.#play(context));
  }

  async force(): Promise<void> {}

  async #play(context: RunContext): Promise<void> {
    const { log, spec } = this.#request;
    const { args, env = {}, state } = await this.#engine.launch(this.#request);
    const [, resumed = "", model = "", effort = ""] = args;
    context.ready({});
    const reader = new EventReader(this.#engine, { state, session: spec.session, log });
    const print = (line: object): void => {
      for (const event of reader.push(Buffer.from(`${JSON.stringify(line)}\n`))) context.push(event);
    };
    const words = plainWords({
      ...{ print, prompt: spec.prompt, session: resumed || newSession(), model, effort },
      ...{ tools: env["TOOLS"] ?? "", signal: context.stopped },
    });
    for (const { name, rest } of wordsOf(spec.prompt, (word) => Object.hasOwn(words, word))) {
      await setImmediate();
      if (context.stopped.aborted) break;
      await Promise.resolve(words[name]?.(rest)).catch(unlessStopped(context));
    }
    const stopped = context.stopped.aborted ? String(context.stopped.reason) : undefined;
    for (const event of reader.end({ code: 0, signal: undefined, stderr: "", stopped })) context.push(event);
  }
}

let sessions = 0;

function newSession(): string {
  sessions += 1;
  return `s${process.pid}x${Date.now() + sessions}`;
}

const unlessStopped = (context: RunContext) => (error: unknown) => {
  if (!context.stopped.aborted) throw error;
};
