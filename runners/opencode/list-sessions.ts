import { z } from "zod";
import { BOUNDS } from "../../src/bounds.ts";
import type { FoundSession } from "../../src/domain/run.ts";
import type { WorkSetup } from "../../src/engine/contract.ts";
import { engineEnv } from "../../src/engine/environment.ts";
import { queryDatabase } from "./database.ts";
import type { OpencodeOptions } from "./options.ts";
import { hasDatabase } from "./places.ts";
import { OPENCODE_VARIABLES } from "./provider-variables.ts";
import { ENGINE } from "./state.ts";
import { WITHOUT_PROJECT } from "./trust.ts";

const Row = z.object({ id: z.string(), title: z.string(), time_updated: z.number() });

/** The sessions that opencode has for a directory, sub-agents' left out, whoever began them. */
export async function listSessions(setup: WorkSetup & { readonly options: OpencodeOptions }): Promise<FoundSession[]> {
  const { options, cwd } = setup;
  const env = engineEnv({ env: setup.env, patterns: OPENCODE_VARIABLES, options, cwd, added: WITHOUT_PROJECT });
  if (!hasDatabase(env)) return [];
  const query = `select id, title, time_updated from session where directory = '${cwd.replaceAll("'", "''")}'
    and parent_id is null order by time_updated desc limit 20`;
  const asked = { query, row: Row, problem: "opencode could not list its sessions." };
  const rows = await queryDatabase(asked, { file: options.cmd ?? ENGINE, cwd, env, limitMs: BOUNDS.engine.lookupMs });
  return rows.map(({ id, title, time_updated: at }) => ({ session: id, title, at }));
}
