import { expect, test } from "vitest";
import { eventDecoder } from "../../../../runners/opencode/live/decode.ts";
import { createLog } from "../../../helpers/recordings.ts";

const event = (type: string, properties: object = {}) => JSON.stringify({ payload: { type, properties } });
const part = (type: string) =>
  event("message.part.updated", { part: { type, id: "p", messageID: "m", sessionID: "s" } });

test("kinds of events and parts that takopi does not know are told once each; those that say nothing of the work are not", () => {
  const log = createLog("warn");
  const decode = eventDecoder(log);
  const lines = [
    event("brand.new"),
    event("brand.new"),
    part("hologram"),
    event("lsp.updated"),
    part("snapshot"),
    "{}",
  ];
  expect(lines.map(decode)).toEqual(lines.map(() => undefined));
  expect(log.entries.map(({ fields }) => fields)).toEqual([
    { kind: "unknown_type", type: "brand.new" },
    { kind: "unknown_type", type: "part hologram" },
  ]);
});
