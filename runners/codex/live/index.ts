import type { LiveEngine } from "../../../src/engine/live.ts";
import { liveDriver } from "../../../src/engine/live.ts";
import { endMarkedProcesses } from "../../../src/engine/marked.ts";
import type { CodexOptions } from "../options.ts";
import { operations } from "./operations.ts";
import { explained, takeServer } from "./servers.ts";
import { closeThread, openThread } from "./thread.ts";
import { Turn } from "./turn.ts";

/** Codex by `codex app-server`: a warm server for many threads, which can ask, be steered and interrupted. */
export const codexLive: LiveEngine<CodexOptions> = {
  can: ["steer", "interrupt", "answer", "compact", "fork", "undo", "rename", "models"],
  operations,
  drive: (request) => {
    const { options, cwd, trusted } = request;
    const { runId, session } = request.spec;
    return liveDriver({
      lease: (use) => takeServer(request, use),
      play: ({ server, name }, context) =>
        explained(
          server,
          (async () => {
            const thread = await openThread(server, { options, cwd, runId, trusted, thread: session });
            name(thread);
            try {
              if (!context.stopped.aborted) await new Turn({ server, thread, request, context }).run();
            } finally {
              await closeThread(server, thread);
            }
          })(),
        ),
      endCommands: async () => void (await endMarkedProcesses(runId)),
    });
  },
};
