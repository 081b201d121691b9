import { resolve } from "node:path";
import { z } from "zod";
import type { Approval, Reply } from "../../../src/domain/question.ts";
import { parseJson } from "../../../src/engine/json.ts";
import { describeTool, markLines } from "../../../src/engine/tools.ts";
import { moduleFile } from "../../../src/program-files.ts";
import type { PiOptions } from "../options.ts";
import { dialect } from "../translate.ts";
import type { GateAsk, GateVerdict } from "./gate-extension.ts";

/** TypeScript or JavaScript: pi loads either. */
const GATE_FILE = moduleFile("runners/pi/live/gate-extension");

/** Loads the gate if something may have to be asked or denied; else pi asks nobody, which is its own way. */
export function gateArguments({ approvals, deny, deny_paths, deny_tools }: PiOptions): readonly string[] {
  const denies = [deny, deny_paths, deny_tools].some((list = []) => list.length > 0);
  const isNeeded = approvals === "ask" || approvals === "deny" || denies;
  return isNeeded ? ["--extension", GATE_FILE] : [];
}

const Ask = z.object({
  takopi: z.literal("gate/1"),
  tool: z.string(),
  input: z.unknown(),
  cwd: z.string(),
}) satisfies z.ZodType<GateAsk>;

/** The approval that an input dialog's placeholder asks for; undefined if the dialog is not the gate's. */
export function readApproval(id: string, placeholder: string): Approval | undefined {
  const ask = Ask.safeParse(parseJson(placeholder)).data;
  if (ask === undefined) return undefined;
  const { tool, input, cwd } = ask;
  const { kind, title } = describeTool({ name: tool, args: input, cwd }, dialect);
  const base = { id, cwd, tool, canAllowSession: true };
  const command = Command.safeParse(input).data?.command;
  if (kind === "command" && command !== undefined) return { ...base, kind, title, command, body: command };
  const change = Change.safeParse(input).data;
  if (kind === "file_change" && change) {
    return { ...base, kind, title: `${tool} ${title}`, paths: [absolute(change.path, cwd)], body: toDiff(change) };
  }
  return { ...base, kind: "permission", title: tool, body: JSON.stringify(input, null, 2) };
}

/** The dialog's value for a reply. What is no reply to an approval denies it. */
export function toVerdict(reply: Reply): string {
  return JSON.stringify(decide(reply));
}

function decide(reply: Reply): GateVerdict {
  if (reply.type === "allow") return { verdict: reply.scope === "session" ? "allow_session" : "allow" };
  const reason = reply.type === "deny" ? reply.reason : undefined;
  return { verdict: "deny", ...(reason && { reason }) };
}

const Command = z.object({ command: z.string() });
const Change = z.object({
  path: z.string(),
  content: z.string().optional(),
  edits: z.array(z.object({ oldText: z.string(), newText: z.string() })).optional(),
});

/** As pi reads it: what it takes for more than a path is left as it is. */
const absolute = (path: string, cwd: string): string => (/^[~@]|[^\S ]/.test(path) ? path : resolve(cwd, path));

/** For a new content, all its lines; for edits, the old and new texts, since pi finds their places only later. */
function toDiff({ content, edits = [] }: z.infer<typeof Change>): string {
  if (content !== undefined) return markLines("+", content);
  return edits.map(({ oldText, newText }) => `${markLines("-", oldText)}\n${markLines("+", newText)}`).join("\n\n");
}
