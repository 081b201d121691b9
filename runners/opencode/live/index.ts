import { randomUUID } from "node:crypto";
import { type LiveEngine, liveDriver } from "../../../src/engine/live.ts";
import { withPass } from "../../../src/engine/pass.ts";
import type { OpencodeOptions } from "../options.ts";
import { ENGINE, initialState } from "../state.ts";
import { operations } from "./operations.ts";
import { newMessageId } from "./prompt.ts";
import { keepToolsKey, takeServer, toolsKeyOf } from "./servers.ts";
import { createSession, findSession } from "./session.ts";
import { startOf } from "./state.ts";
import { Turn } from "./turn.ts";

/** opencode, by `opencode serve`: one server for many projects, warm between the runs. */
export const opencodeLive: LiveEngine<OpencodeOptions> = {
  can: ["steer", "interrupt", "answer", "compact", "fork", "undo", "rename", "models", "brief"],
  operations,
  drive: (request) => {
    const { options, spec, host, tools } = request;
    const toolsKey = toolsKeyOf(host, spec.session) ?? randomUUID();
    return liveDriver({
      lease: (use) => takeServer({ ...request, session: spec.session, toolsKey }, use),
      play: async ({ server, name }, context) => {
        const opening = { ...request, client: server.client, stopped: context.stopped };
        const session = await (spec.session === undefined
          ? createSession(opening, options.title)
          : findSession(opening, spec.session));
        name(session.id);
        if (tools) keepToolsKey(host, { session: session.id, key: toolsKey, gone: server.gone });
        const title = options.model ?? initialState.title;
        context.push({ type: "started", engine: ENGINE, resume: { engine: ENGINE, value: session.id }, title });
        if (context.stopped.aborted) return;
        const state = startOf({
          run: { ...initialState, title, isGuarded: server.isGuarded },
          ...{ session: session.id, directory: session.directory, prompt: newMessageId(Date.now()) },
          showsThoughts: options.thinking === true,
        });
        await withPass(tools, toolsKey, () => new Turn({ server, state, request, context }).run());
      },
    });
  },
};
