import { driftOf } from "../../src/engine/drift.ts";
import { HELLO } from "./agent.ts";
import type { AcpOptions } from "./options.ts";

/** Version 1 of the protocol; what else an agent can do, it says itself at each start. */
export const driftOfAgent = (id: string) =>
  driftOf<AcpOptions>({
    ...{ id, cmd: id, patterns: [] },
    parts: ({ args = [], extra_args = [] }) => [
      {
        args: [...args, ...extra_args],
        stdin: `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: HELLO })}\n`,
        needs: { '"protocolVersion":1': "any run" },
      },
    ],
  });
