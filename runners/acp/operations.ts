import { BOUNDS } from "../../src/bounds.ts";
import type { OwnOperations } from "../../src/engine/live.ts";
import { ALONE } from "../../src/engine/server-pool.ts";
import { EngineError } from "../../src/errors.ts";
import type { Agent } from "./agent.ts";
import type { AcpRequest, Agents } from "./agents.ts";
import type { AcpOptions } from "./options.ts";
import { answered } from "./refusal.ts";
import { valuesOf } from "./session.ts";

/** Operations on a session between runs, if the agent offers them. */
export const operationsOf = (agents: Agents): OwnOperations<AcpOptions> => ({
  fork: async (request) => {
    const seat = await agents.take(request, request.session, ALONE);
    try {
      const { server } = seat;
      const { label, agent, told, session, cwd } = server;
      if (!told.agentCapabilities?.sessionCapabilities?.fork) throw new EngineError(`${label} cannot fork a session.`);
      const call = agent.request("session/fork", { sessionId: session, cwd, mcpServers: [] });
      return (
        await server.claim(undefined, () => answered(label, "fork the session", BOUNDS.liveServer.sessionMs, call))
      ).sessionId;
    } finally {
      seat.release();
    }
  },
  models: (request) =>
    aside(agents, request, async ({ label, config }) => {
      const models = config.find(({ category }) => category === "model");
      if (models === undefined) throw new EngineError(`${label} does not say which models it has.`);
      return valuesOf(models);
    }),
  commands: (request) => aside(agents, request, (agent) => agent.listCommands()),
});

/** Asks an agent of its own. */
async function aside<Result>(
  agents: Agents,
  request: AcpRequest,
  ask: (agent: Agent) => Promise<Result>,
): Promise<Result> {
  const seat = await agents.take(request, undefined, ALONE);
  try {
    return await ask(seat.server);
  } finally {
    await seat.end();
  }
}
