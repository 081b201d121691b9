import { resolve } from "node:path";
import { judge, type Rules, type Verdict } from "../domain/policy.ts";
import type { Approval } from "../domain/question.ts";
import { UserError } from "../errors.ts";
import type { GitPlace } from "./git.ts";
import { findHome, locate } from "./locate.ts";
import type { Asked } from "./lookups.ts";

/**
 * The decision of the rules about an engine's request in a directory. @throws UserError unless exactly one thing is
 * asked for.
 */
export async function judgeAsked(asked: Asked, { path, env }: GitPlace, rules: Rules): Promise<Verdict> {
  const home = await findHome(path, env);
  const approval = toApproval(asked, home.directory);
  return judge({ ...approval, place: await locate(approval, home) }, rules);
}

function toApproval({ line, path, tool }: Asked, cwd: string): Approval {
  if ([line, path, tool].filter((one) => one !== undefined).length !== 1) {
    throw new UserError("Say what the engine would ask for: a command line, a path, or a tool.", { code: "usage" });
  }
  const asked = { id: "", title: "", cwd, canAllowSession: false };
  if (line !== undefined) return { ...asked, kind: "command", command: line };
  if (path !== undefined) return { ...asked, kind: "file_change", paths: [resolve(cwd, path)] };
  return { ...asked, kind: "permission", ...(tool !== undefined && { tool }) };
}
