import { z } from "zod";
import { BOUNDS } from "../../src/bounds.ts";
import type { FoundSession } from "../../src/domain/run.ts";
import type { WorkSetup } from "../../src/engine/contract.ts";
import { parseObject } from "../../src/engine/decode.ts";
import { engineEnv } from "../../src/engine/environment.ts";
import { capture } from "../../src/engine/process.ts";
import { EngineError } from "../../src/errors.ts";
import type { OpencodeOptions } from "./options.ts";
import { hasDatabase } from "./places.ts";
import { OPENCODE_VARIABLES } from "./provider-variables.ts";
import { ENGINE } from "./state.ts";
import { WITHOUT_PROJECT } from "./trust.ts";

const Rows = z.array(z.object({ id: z.string(), title: z.string(), time_updated: z.number() }));

/** The sessions that opencode has for a directory, sub-agents' left out, whoever began them. */
export async function listSessions(setup: WorkSetup & { readonly options: OpencodeOptions }): Promise<FoundSession[]> {
  const { options, cwd } = setup;
  const env = engineEnv({ env: setup.env, patterns: OPENCODE_VARIABLES, options, cwd, added: WITHOUT_PROJECT });
  // Asked if there is no database, opencode would create one.
  if (!hasDatabase(env)) return [];
  const query = `select id, title, time_updated from session where directory = '${cwd.replaceAll("'", "''")}'
    and parent_id is null order by time_updated desc limit 20`;
  const args = ["db", query.replace(/\s+/g, " "), "--format", "json"];
  const file = options.cmd ?? ENGINE;
  const { code, stdout, stderr } = await capture({
    id: ENGINE,
    file,
    cwd,
    env,
    args,
    limitMs: BOUNDS.engine.lookupMs,
  });
  const rows = code === 0 ? Rows.safeParse(parseObject(stdout, /\[\s*[{\]]/)) : undefined;
  if (!rows?.success) throw new EngineError("opencode could not list its sessions.", { stderr: stderr.trim() });
  return rows.data.map(({ id, title, time_updated: at }) => ({ session: id, title, at }));
}
