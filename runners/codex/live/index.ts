import type { Run, RunRequest } from "../../../src/engine/contract.ts";
import type { LiveSide } from "../../../src/engine/live.ts";
import { openLiveRun } from "../../../src/engine/live-run.ts";
import { endMarkedProcesses } from "../../../src/engine/marked.ts";
import type { Lease } from "../../../src/engine/server-pool.ts";
import { EngineError } from "../../../src/errors.ts";
import type { CodexOptions } from "../options.ts";
import { operations } from "./operations.ts";
import type { CodexServer } from "./server.ts";
import { servers, withServer } from "./servers.ts";
import { closeThread, openThread } from "./thread.ts";
import { Turn } from "./turn.ts";

/** Codex by `codex app-server`: a warm server for many threads, which can ask, be steered and interrupted. */
export const codexLive: LiveSide<CodexOptions> = {
  can: ["steer", "interrupt", "answer", "compact", "fork", "undo", "rename", "models"],
  operations,
  servers: () => servers.servers(),
  reap: (idleMs) => servers.reap(idleMs),
  close: () => servers.close(),
  open,
};

function open(request: RunRequest & { readonly options: CodexOptions }): Run {
  let turn: Turn | undefined;
  let lease: Lease<CodexServer> | undefined;
  return openLiveRun({
    engine: "codex",
    label: "Codex",
    request,
    controls: {
      steer: async (text) => {
        if (turn === undefined) throw new EngineError("The turn has not begun yet.");
        await turn.steer(text);
      },
      answer: async (questionId, reply) => (await turn?.answer(questionId, reply)) ?? false,
    },
    drive: (output, stopped) =>
      withServer(request, stopped, async (taken) => {
        lease = taken;
        const { server } = taken;
        request.onSpawn?.(server.mark);
        const { options, cwd, runId, trusted, resume } = request;
        const thread = await openThread(server, { options, cwd, runId, trusted, thread: resume?.value });
        taken.name(thread);
        try {
          turn = new Turn({ server, thread, request, output });
          if (!stopped.aborted) await turn.run(stopped);
        } finally {
          await closeThread(server, thread);
        }
      }),
    force: async () => {
      if (lease?.giveUp()) await lease.server.kill();
      else await endMarkedProcesses(request.runId);
    },
  });
}
