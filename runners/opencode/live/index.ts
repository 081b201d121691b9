import type { Ability, RunRequest } from "../../../src/engine/contract.ts";
import type { LiveSide } from "../../../src/engine/live.ts";
import { type LiveOutput, openLiveRun } from "../../../src/engine/live-run.ts";
import { EngineError } from "../../../src/errors.ts";
import type { OpencodeOptions } from "../options.ts";
import { ENGINE, initialState } from "../state.ts";
import type { Client } from "./client.ts";
import { createOperations } from "./operations.ts";
import { newMessageId } from "./prompt.ts";
import type { Session } from "./schema.ts";
import { Servers } from "./servers.ts";
import { createSession, findSession } from "./session.ts";
import { startOf } from "./state.ts";
import { Turn } from "./turn.ts";

type Request = RunRequest & { readonly options: OpencodeOptions };

const CAN: readonly Ability[] = ["steer", "interrupt", "answer", "compact", "fork", "undo", "rename", "models"];

/** opencode, by `opencode serve`: one server for many projects, warm between the runs. */
export function createLiveSide(): LiveSide<OpencodeOptions> {
  const servers = new Servers();
  return {
    can: CAN,
    operations: createOperations(servers),
    servers: () => servers.servers(),
    reap: (idleMs) => servers.reap(idleMs),
    close: () => servers.close(),
    open: (request) => open(servers, request),
  };
}

function open(servers: Servers, request: Request) {
  let turn: Turn | undefined;
  let force = async (): Promise<void> => {};
  const requireTurn = (): Turn => {
    if (turn === undefined) throw new EngineError("The turn has not begun yet.");
    return turn;
  };
  const drive = async (output: LiveOutput, stopped: AbortSignal): Promise<void> => {
    const { lease, isGuarded } = await servers.useFor(request, stopped);
    try {
      const { server } = lease;
      force = async () => {
        if (lease.giveUp()) await server.kill();
      };
      const session = await openSession(server.client, request, stopped);
      lease.name(session.id);
      const title = request.options.model ?? initialState.title;
      output.push({ type: "started", engine: ENGINE, resume: { engine: ENGINE, value: session.id }, title });
      if (stopped.aborted) return;
      const state = startOf({
        run: { ...initialState, title, isGuarded },
        ...{ session: session.id, directory: session.directory, prompt: newMessageId(Date.now()) },
        showsThoughts: request.options.thinking === true,
      });
      turn = new Turn({ server, state, text: request.prompt, options: request.options, output });
      await turn.run(stopped);
    } finally {
      turn = undefined;
      lease.release();
    }
  };
  return openLiveRun({
    engine: ENGINE,
    label: ENGINE,
    request,
    controls: {
      steer: async (text) => requireTurn().steer(text),
      answer: async (questionId, reply) => (turn === undefined ? false : turn.answer(questionId, reply)),
    },
    drive,
    force: () => force(),
  });
}

function openSession(client: Client, { resume, cwd, options }: Request, stopped: AbortSignal): Promise<Session> {
  const opening = { client, cwd, stopped };
  return resume === undefined ? createSession(opening, options.title) : findSession(opening, resume);
}
