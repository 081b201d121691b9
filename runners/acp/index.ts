import type { Engine } from "../../src/engine/contract.ts";
import { engineEnv } from "../../src/engine/environment.ts";
import { IMAGE_TYPES, readImages } from "../../src/engine/images.ts";
import { withInstructions } from "../../src/engine/instructions.ts";
import { liveDriver } from "../../src/engine/live.ts";
import { endMarkedProcesses, markedProcesses } from "../../src/engine/marked.ts";
import { withPass } from "../../src/engine/pass.ts";
import { probeExecutable } from "../../src/engine/probe.ts";
import { defineLive } from "../../src/engine/to-engine.ts";
import type { Agent } from "./agent.ts";
import { agentsOf } from "./agents.ts";
import { driftOfAgent } from "./contract.ts";
import { operationsOf } from "./operations.ts";
import { acpOptions } from "./options.ts";
import { resumeOf } from "./resume.ts";
import type { AcpState } from "./state.ts";
import { Turn } from "./turn.ts";

/** Any agent that speaks the Agent Client Protocol (version 1) on its stdio. */
export function acpEngine(id: string): Engine {
  const take = agentsOf(id);
  return defineLive({
    ...{ id, label: id, options: acpOptions, resume: resumeOf(id), images: IMAGE_TYPES, takesTools: true },
    probe: async ({ options, env }) => {
      const own = engineEnv({ env, patterns: [], options, cwd: "/" });
      // Many an agent knows no `--version`.
      const found = await probeExecutable({ id: `engines.${id}`, cmd: options.cmd ?? id, env: own });
      return found.path === undefined || found.version !== undefined ? found : { path: found.path, problems: [] };
    },
    drift: driftOfAgent(id),
    live: {
      can: ["interrupt", "answer", "fork", "models"],
      operations: operationsOf(take),
      drive: (request) => {
        const { prompt, session, attachments, isCommand } = request.spec;
        return liveDriver({
          lease: (use) => take(request, session, use),
          play: async ({ server }, context) => {
            const turn = new Turn({
              ...{ agent: server, context, state: begin(id, server) },
              silenceMinutes: request.options.silence_minutes,
              hasTools: request.tools !== undefined,
            });
            const images = takesImages(server) ? await readImages(attachments) : [];
            const { markId } = server.mark;
            const before = await markedProcesses(markId ?? "");
            const text = isCommand ? prompt : withInstructions(asText(prompt, server.commands), request.options);
            const play = () => withPass(request.tools, server.key, () => turn.play({ text, images }));
            await server.claim(play, turn);
            // An agent ends a command's shell, but not what left the shell's process group (opencode 1.18.33).
            if (context.stopped.aborted) await endMarkedProcesses(markId ?? "", { spare: before });
          },
        });
      },
    },
    // Nothing is kept of its stream that could be replayed.
    replay: async function* () {
      yield { type: "completed", engine: id, ok: false, answer: "", error: "A stream of ACP alone holds no run." };
    },
  });
}

const begin = (engine: string, { cwd, session, cost }: Agent): AcpState => ({
  ...{ engine, cwd, resume: { engine, value: session }, texts: [], messageId: undefined, isTextOpen: false },
  ...{ open: new Map(), cost, costBefore: cost, usage: undefined, contextFill: undefined, notes: 0 },
});

/** opencode 1.18.33 swallows a message that begins with a command which it does not have. */
function asText(prompt: string, commands: readonly string[]): string {
  const [, word] = /^\/(\S+)/.exec(prompt) ?? [];
  return word === undefined || commands.includes(word) ? prompt : `The user wrote: ${prompt}`;
}

const takesImages = ({ told }: Agent): boolean => told.agentCapabilities?.promptCapabilities?.image === true;
