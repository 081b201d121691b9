import { BOUNDS } from "../bounds.ts";
import type { Config } from "../config/config.ts";
import { programOf } from "../voice/command.ts";
import { serviceProblem } from "../voice/openai.ts";
import type { Check } from "./checks.ts";
import type { Context } from "./command.ts";

const name = "voice";

/** Whether voice messages would become text. Nothing is sent that costs. */
export async function checkVoice({ voice }: Config, { env, signal }: Pick<Context, "env" | "signal">): Promise<Check> {
  if (!voice) return { name, state: "ok", detail: "off: [voice] in the config switches it on" };
  if ("command" in voice) {
    const program = await programOf(voice, env);
    if (program !== undefined) return { name, state: "ok", detail: program };
    const fix = "Install it, or correct voice.command.";
    return { name, state: "error", detail: `${voice.command[0]} is not there`, fix };
  }
  const within = AbortSignal.any([signal, AbortSignal.timeout(BOUNDS.voice.checkMs)]);
  const problem = await serviceProblem(voice, { env, signal: within });
  if (!problem) return { name, state: "ok", detail: `${voice.baseUrl}, ${voice.model}` };
  return { name, state: "error", detail: `${voice.baseUrl}: ${problem.detail}`, fix: problem.fix };
}
