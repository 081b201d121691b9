import { readImages } from "../../../src/engine/images.ts";
import { type LiveEngine, liveDriver } from "../../../src/engine/live.ts";
import { withPass } from "../../../src/engine/pass.ts";
import { isUnkept } from "../../../src/engine/unkept.ts";
import { textOf } from "../launch.ts";
import type { ClaudeOptions } from "../options.ts";
import { initialState } from "../state.ts";
import { operations } from "./operations.ts";
import { takeServer } from "./sessions.ts";
import { Turn } from "./turn.ts";

/** claude by stream-json both ways: one warm process for each session, which can ask, be steered and interrupted. */
export const claudeLive: LiveEngine<ClaudeOptions> = {
  can: ["steer", "interrupt", "answer", "compact", "fork", "undo", "rename", "models"],
  operations,
  drive: (request) => {
    const { session, attachments } = request.spec;
    return liveDriver({
      lease: (use) => takeServer(request, session, use),
      play: ({ server, end }, context) =>
        server.claim(async () => {
          const state = { ...initialState, cwd: server.cwd, before: await server.usage() };
          const turn = new Turn({ peer: server.peer, state, context, cwd: server.cwd });
          const images = await readImages(attachments);
          const begin = async () => turn.begin(textOf(request.spec), images);
          await withPass(request.tools, server.session, () => server.play(turn, context.stopped, begin));
          if (isUnkept(request.options, session)) await end();
        }),
    });
  },
};
