import { z } from "zod";
import { TOOLS_NAME } from "./pass.ts";

const texts = z.record(z.string(), z.string());

const server = z.union(
  [
    z.strictObject({ command: z.string().min(1), args: z.array(z.string()).default([]), env: texts.default({}) }),
    z.strictObject({ url: z.url(), headers: texts.default({}) }),
  ],
  { error: '{ command = "program", args = ["…"] } or { url = "https://…" }' },
);

const NAME = /^[\w-]{1,40}$/;
const NAME_RULE = `a name of letters, digits, _ and -, and not ${TOOLS_NAME}, which takopi's own tools have`;

/** The person's MCP servers for each session, by name. They are started whether or not the repository is trusted. */
export const mcpServers = z.record(z.string(), server).superRefine((servers, context) => {
  const wrong = Object.keys(servers).find((name) => !NAME.test(name) || name === TOOLS_NAME);
  if (wrong !== undefined) context.addIssue({ code: "custom", path: [wrong], message: NAME_RULE });
});
export type McpServers = z.infer<typeof mcpServers>;
