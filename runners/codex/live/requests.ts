// Requests of `codex app-server` to its client, as codex 0.169.0 makes them; upstream as in wire.ts.
import { z } from "zod";

const request = <Method extends string, Shape extends z.ZodRawShape>(method: Method, params: Shape) =>
  z.object({ method: z.literal(method), params: z.object({ threadId: z.string(), ...params }) });

/** Null means "none" on this wire, and is refused if it is sent back. */
const permissions = z.object({
  network: z.record(z.string(), z.unknown()).nullish(),
  fileSystem: z.record(z.string(), z.unknown()).nullish(),
});

export const serverRequest = z.discriminatedUnion("method", [
  request("item/commandExecution/requestApproval", {
    kind: z.string().nullish(),
    itemId: z.string(),
    reason: z.string().nullish(),
    command: z.string().nullish(),
    cwd: z.string().nullish(),
    networkApprovalContext: z.object({ host: z.string(), protocol: z.string() }).nullish(),
  }),
  // Paths and diff are in the item, which was started before.
  request("item/fileChange/requestApproval", {
    itemId: z.string(),
    reason: z.string().nullish(),
    grantRoot: z.string().nullish(),
  }),
  request("item/permissions/requestApproval", {
    cwd: z.string().nullish(),
    reason: z.string().nullish(),
    permissions,
  }),
  request("item/tool/requestUserInput", {
    questions: z.array(
      z.object({
        id: z.string(),
        header: z.string().default(""),
        question: z.string(),
        isOther: z.boolean().default(false),
        isSecret: z.boolean().default(false),
        options: z.array(z.object({ label: z.string(), description: z.string().default("") })).nullish(),
      }),
    ),
  }),
  request("mcpServer/elicitation/request", {
    serverName: z.string(),
    message: z.string().default(""),
    requestedSchema: z.object({ properties: z.record(z.string(), z.unknown()).default({}) }).nullish(),
    _meta: z
      .object({ tool_params: z.unknown().optional(), persist: z.array(z.string()).catch([]) })
      .nullish()
      .catch(undefined),
  }),
]);
export type ServerRequest = z.infer<typeof serverRequest>;
