import type { ProcessMark, RunRequest } from "../../../src/engine/contract.ts";
import type { LiveSide } from "../../../src/engine/live.ts";
import { type LiveOutput, openLiveRun } from "../../../src/engine/live-run.ts";
import { EngineError } from "../../../src/errors.ts";
import { type PiOptions, toMeta } from "../options.ts";
import { ENGINE, initialState, type PiState } from "../state.ts";
import { translate } from "../translate.ts";
import { piOperations } from "./operations.ts";
import type { PiServer } from "./server.ts";
import { PiSessions, type Seat } from "./sessions.ts";
import { Turn } from "./turn.ts";

/** The pi coding agent, 0.73 to 1.5, through its RPC mode: one process for each session. */
export function createPiLive(): LiveSide<PiOptions> {
  const sessions = new PiSessions();
  return {
    can: ["steer", "interrupt", "answer", "compact", "fork", "undo", "rename", "models"],
    operations: piOperations(sessions),
    servers: () => sessions.pool.servers(),
    reap: (idleMs) => sessions.pool.reap(idleMs),
    close: () => sessions.pool.close(),
    open: (request) => openRun(sessions, request),
  };
}

function openRun(sessions: PiSessions, request: RunRequest & { readonly options: PiOptions }) {
  let seat: Seat | undefined;
  let begun: (turn: Turn | undefined) => void = () => {};
  const turn = new Promise<Turn | undefined>((resolve) => {
    begun = resolve;
  });
  const drive = async (output: LiveOutput, stopped: AbortSignal): Promise<void> => {
    try {
      seat = await sessions.take(request, stopped);
      const { server } = seat;
      announce(request, server.mark);
      await server.claim(async () => {
        const now = new Turn({ peer: server.peer, state: begin(request, server, output), output });
        begun(now);
        await server.play(now, request.prompt, stopped);
      });
    } finally {
      begun(undefined);
      seat?.release();
    }
  };
  return openLiveRun({
    engine: ENGINE,
    label: "pi",
    request,
    controls: {
      steer: async (text) => {
        const now = await turn;
        if (now === undefined) throw new EngineError("pi is done with this task.");
        await now.steer(text);
      },
      answer: async (questionId, reply) => (await turn)?.answer(questionId, reply) ?? false,
    },
    drive,
    force: async () => seat?.end(),
  });
}

function begin(request: RunRequest & { readonly options: PiOptions }, { session, cwd }: PiServer, output: LiveOutput) {
  const first: PiState = { ...initialState, meta: toMeta(request.options) };
  const [state, events] = translate(first, { type: "session", id: session.id, cwd });
  for (const event of events) if (event.type !== "text") output.push(event);
  return state;
}

/** A mark that could not be kept is no reason to give the run up. */
function announce(request: RunRequest, mark: ProcessMark): void {
  try {
    request.onSpawn?.(mark);
  } catch (error) {
    request.log.error({ err: error }, "process.mark_not_kept");
  }
}
