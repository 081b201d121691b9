import { driftOf } from "../../src/engine/drift.ts";
import { HELLO, VERSION } from "./agent.ts";
import type { AcpOptions } from "./options.ts";

/** The line is that of the protocol. What else an agent can do, it says itself at each start. */
export const driftOfAgent = (id: string) =>
  driftOf<AcpOptions>({
    ...{ id, cmd: id, patterns: [] },
    lines: {
      [VERSION]: ({ args = [], extra_args = [] }) => [
        {
          args: [...args, ...extra_args],
          stdin: `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: HELLO })}\n`,
          needs: [
            { sort: "version", shown: (name) => `"protocolVersion":${name}`, of: { [VERSION]: "any run over ACP" } },
          ],
        },
      ],
    },
  });
