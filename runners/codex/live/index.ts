import type { LiveEngine } from "../../../src/engine/live.ts";
import { liveDriver } from "../../../src/engine/live.ts";
import { endMarkedProcesses } from "../../../src/engine/marked.ts";
import { toolsCommand, withPass } from "../../../src/engine/pass.ts";
import type { CodexOptions } from "../options.ts";
import { pauseBefore } from "./goal.ts";
import { wantsGoal } from "./goal-first.ts";
import { operations } from "./operations.ts";
import { explained, takeServer } from "./servers.ts";
import { closeThread, openThread } from "./thread.ts";
import { Turn } from "./turn.ts";

/** Codex by `codex app-server`: a warm server for many threads, which can ask, be steered and interrupted. */
export const codexLive: LiveEngine<CodexOptions> = {
  can: ["steer", "interrupt", "answer", "compact", "fork", "undo", "rename", "models", "goal", "brief"],
  operations,
  drive: (request) => {
    const { options, cwd, trusted, tools } = request;
    const { runId, session } = request.spec;
    return liveDriver({
      lease: (use) => takeServer(request, use),
      play: ({ server, name }, context) =>
        explained(
          server,
          withPass(tools, runId, async () => {
            const paused = session === undefined ? undefined : await pauseBefore(server.peer, session);
            const own = toolsCommand(tools, runId);
            const thread = await openThread(server, { options, cwd, runId, trusted, tools: own, thread: session });
            name(thread);
            try {
              const continued = request.spec.goal ? undefined : paused;
              const wanted = continued && Promise.race([wantsGoal(continued, context), server.peer.closed]);
              const turn = { server, thread, request, context, ...((await wanted) && { continued }) };
              if (!context.stopped.aborted) await new Turn(turn).run();
            } finally {
              await closeThread(server, thread);
            }
          }),
        ),
      endCommands: async () => void (await endMarkedProcesses(runId)),
    });
  },
};
