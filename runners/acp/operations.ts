import { BOUNDS } from "../../src/bounds.ts";
import type { OwnOperations } from "../../src/engine/live.ts";
import { ALONE } from "../../src/engine/server-pool.ts";
import { aside, onSession } from "../../src/engine/session-pool.ts";
import { EngineError } from "../../src/errors.ts";
import type { AcpRequest, TakeAgent } from "./agents.ts";
import type { AcpOptions } from "./options.ts";
import { answered } from "./refusal.ts";
import { valuesOf } from "./session.ts";

/** Operations on a session between runs, if the agent offers them. */
export function operationsOf(take: TakeAgent): OwnOperations<AcpOptions> {
  const anew = (request: AcpRequest) => take(request, undefined, ALONE);
  return {
    fork: (request) =>
      onSession(take(request, request.session, ALONE), async ({ server }) => {
        const { label, agent, told, session, cwd } = server;
        if (!told.agentCapabilities?.sessionCapabilities?.fork)
          throw new EngineError(`${label} cannot fork a session.`);
        const call = agent.request("session/fork", { sessionId: session, cwd, mcpServers: [] });
        return (await answered(label, "fork the session", BOUNDS.liveServer.sessionMs, call)).sessionId;
      }),
    models: (request) =>
      aside(anew(request), async ({ label, config }) => {
        const models = config.find(({ category }) => category === "model");
        if (models === undefined) throw new EngineError(`${label} does not say which models it has.`);
        return valuesOf(models);
      }),
    commands: (request) => aside(anew(request), (agent) => agent.listCommands()),
  };
}
