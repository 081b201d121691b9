import { type LiveEngine, liveDriver } from "../../../src/engine/live.ts";
import { withPass } from "../../../src/engine/pass.ts";
import { isUnkept } from "../../../src/engine/unkept.ts";
import { type PiOptions, toMeta, toTitle } from "../options.ts";
import { initialState } from "../state.ts";
import { translate } from "../translate.ts";
import { piOperations } from "./operations.ts";
import { takeServer } from "./sessions.ts";
import { Turn } from "./turn.ts";

/** The pi coding agent, 0.73 to 1.5, through its RPC mode: one process for each session. */
export const piLive: LiveEngine<PiOptions> = {
  can: ["steer", "interrupt", "answer", "compact", "fork", "undo", "rename", "models"],
  operations: piOperations,
  drive: (request) => {
    const { prompt, session, attachments } = request.spec;
    return liveDriver({
      lease: (use) => takeServer(request, session, use),
      play: ({ server, end }, context) =>
        server.claim(async () => {
          const first = { ...initialState, title: toTitle(request.options), meta: toMeta(request.options) };
          const [state, events] = translate(first, { type: "session", id: server.session, cwd: server.cwd });
          for (const event of events) context.push(event);
          const name = request.options.session_title;
          // A session without its name is no reason to give the run up.
          if (session === undefined && name !== undefined) server.peer.tell("set_session_name", { name });
          const turn = new Turn({ peer: server.peer, state, context, images: attachments });
          await withPass(request.tools, server.key, () => server.playPrompt(turn, prompt, context.stopped));
          if (isUnkept(request.options, session)) await end();
        }),
    });
  },
};
