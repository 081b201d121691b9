import { z } from "zod";
import { inlineCode } from "../domain/inline-code.ts";
import { projectOf } from "./found-sessions.ts";
import { type Access, defineOperation } from "./operation.ts";

const text = z.string().min(1).optional();

export const policy = defineOperation({
  name: "policy",
  summary: "what the rules would answer to a command line",
  input: z.strictObject({
    line: text.describe("a command line, as the engine would ask for it"),
    path: text.describe("a file that it would change, instead of a line"),
    tool: text.describe("another tool, instead of a line"),
    project: text,
    engine: text,
  }),
  output: z.object({
    decision: z.enum(["ask", "allow", "deny"]),
    rule: z.string().optional(),
    reason: z.string().optional(),
  }),
  argument: "line",
  intent: "read",
  idempotent: true,
  examples: [{ line: "git status" }],
  run: (access, { project, engine, ...asked }, { place }) =>
    access.bridge.look("judge", { ...asked, ...placeOf(access, { project, engine, chatId: place.chatId }) }),
  tell: ({ decision, rule, reason }) => ({
    body: [`${decision}${rule === undefined ? "" : ` by ${inlineCode(rule)}`}`, ...(reason ? [reason] : [])].join(
      "  \n",
    ),
  }),
});

interface Named {
  readonly project: string | undefined;
  readonly engine: string | undefined;
  readonly chatId: string;
}

/** The project of the chat and its engine, unless others are named. */
function placeOf(access: Access, { project, engine, chatId }: Named) {
  const { config } = access;
  const alias = projectOf(access, project, chatId);
  const own = alias === null ? undefined : config.projects.get(alias)?.default_engine;
  return { engine: engine ?? own ?? config.default_engine, ...(alias !== null && { project: alias }) };
}
