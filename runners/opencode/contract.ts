import { driftOf } from "../../src/engine/drift.ts";
import type { OpencodeOptions } from "./options.ts";
import { OPENCODE_VARIABLES } from "./provider-variables.ts";
import { ENGINE } from "./state.ts";

const RUNS = "any run";
const LIVE = "interactive runs";
const route = (path: string) => `"/session/{sessionID}/${path}"`;

/** Checked against 1.18.33. */
export const drift = driftOf<OpencodeOptions>({
  ...{ id: ENGINE, cmd: ENGINE, patterns: OPENCODE_VARIABLES },
  parts: () => [
    {
      args: ["run", "--help"],
      needs: {
        ...{ "--format": RUNS, "--dir": RUNS, "--session": "replies", "--model": "models", "--agent": "agent" },
        ...{ "--variant": "variant", "--title": "title", "--thinking": "thinking", "--file": "images" },
      },
    },
    {
      args: ["generate"],
      needs: {
        ...{ '"/global/event"': LIVE, [route("prompt_async")]: LIVE, [route("message")]: "/undo and /brief" },
        ...{ [route("abort")]: "/interrupt", [route("fork")]: "/fork", [route("summarize")]: "/compact" },
        ...{ '"/command"': "the offer of its own commands", [route("command")]: "the offer of its own commands" },
        ...{ '"/permission/{requestID}/reply"': "approvals", '"/question/{requestID}/reply"': "questions" },
        ...{ '"/config/providers"': "/models", '"/session/status"': "event streams that break off" },
      },
    },
  ],
});
