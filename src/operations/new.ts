import { z } from "zod";
import { conversationKey } from "../bridge/resolve.ts";
import { defineOperation } from "./operation.ts";

export const startAnew = defineOperation({
  name: "new",
  summary: "begin a new session with the next message",
  input: z.strictObject({}),
  output: z.object({ was: z.enum(["left", "none", "stateless"]) }),
  intent: "write",
  idempotent: true,
  examples: [{}],
  run: ({ config, store }, _input, { place }): { was: "left" | "none" | "stateless" } => {
    const key = conversationKey(place, config);
    if (key === undefined) return { was: "stateless" };
    return { was: store.conversations.clear(key) ? "left" : "none" };
  },
  tell: ({ was }) => ({ body: TEXTS[was] }),
});

const TEXTS = {
  left: "The next message begins a new session. Older ones continue if you reply to them.",
  none: "There is no session to leave: the next message begins a new one.",
  stateless: "Every message begins a new session here already; reply to an answer to continue it.",
};
