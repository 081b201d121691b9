import { driftOf } from "../../src/engine/drift.ts";
import { OPENCODE_EVENTS } from "./live/contract.ts";
import type { OpencodeOptions } from "./options.ts";
import { OPENCODE_VARIABLES } from "./provider-variables.ts";
import { ENGINE } from "./state.ts";

const RUNS = "any run";
const LIVE = "interactive runs";
const BROKEN = "runs whose events break off";
const option = (name: string) => `the option opencode.${name}`;

const FLAGS = {
  ...{ "--format": RUNS, "--dir": RUNS, "--session": "replies", "--model": "models", "--file": "images" },
  ...{ "--agent": option("agent"), "--variant": option("variant"), "--title": option("title") },
  "--thinking": option("thinking"),
};

const ROUTES = {
  ...{ "/global/event": LIVE, "/session": LIVE, "/session/{sessionID}": LIVE },
  ...{ "/session/{sessionID}/prompt_async": LIVE, "/session/{sessionID}/message": "/undo and /brief" },
  ...{ "/session/{sessionID}/abort": "/interrupt", "/session/{sessionID}/fork": "/fork and /undo" },
  ...{ "/session/{sessionID}/summarize": "/compact", "/config/providers": "/models" },
  ...{ "/command": "the offer of its own commands", "/session/{sessionID}/command": "its own commands" },
  ...{ "/permission/{requestID}/reply": "approvals", "/question/{requestID}/reply": "questions" },
  "/question/{requestID}/reject": "questions that nobody answers",
  ...{ "/session/status": BROKEN, "/permission": BROKEN, "/question": BROKEN },
  "/session/{sessionID}/children": BROKEN,
};

const FIELDS = {
  ...{ messageID: LIVE, parts: LIVE, providerID: "models", modelID: "models", system: option("instructions") },
  ...{
    noReply: "/brief",
    patterns: "approvals",
    always: "Allow for session",
    reply: "approvals",
    answers: "questions",
  },
  ...{ tokens: "the usage of runs", limit: "how full the context is" },
};

export const drift = driftOf<OpencodeOptions>({
  ...{ id: ENGINE, cmd: ENGINE, patterns: OPENCODE_VARIABLES },
  lines: {
    "1.18": () => [
      { args: ["run", "--help"], needs: [{ sort: "flag", of: FLAGS }] },
      {
        args: ["generate"],
        needs: [
          { sort: "route", shown: (name) => `"${name}":`, of: ROUTES },
          { sort: "field", shown: (name) => `"${name}":`, of: FIELDS },
        ],
        kinds: {
          // The same name with a number behind it is how opencode keeps such an event.
          pattern: /"enum":\s*\[\s*"([a-z][a-z-]*(?:\.[a-z][a-z-]*)+)"\s*\]/g,
          // A place of a model's settings that has such a name.
          known: new Set([...OPENCODE_EVENTS, "provider.use"]),
        },
      },
    ],
  },
});
