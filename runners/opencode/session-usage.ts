import { z } from "zod";
import { BOUNDS } from "../../src/bounds.ts";
import type { SessionUsage } from "../../src/domain/run.ts";
import type { SessionRequest } from "../../src/engine/contract.ts";
import { engineEnv } from "../../src/engine/environment.ts";
import { queryDatabase } from "./database.ts";
import type { OpencodeOptions } from "./options.ts";
import { hasDatabase } from "./places.ts";
import { OPENCODE_VARIABLES } from "./provider-variables.ts";
import { isSessionId } from "./resume.ts";
import { ENGINE } from "./state.ts";
import { WITHOUT_PROJECT } from "./trust.ts";

const Row = z.object({ turns: z.number(), tokens: z.number(), cost: z.number(), model: z.string().nullable() });

/** As opencode's database tells it (1.18.33), sub-agents' sessions left out. It does not name the size of the context. */
export async function sessionUsage(
  request: SessionRequest & { readonly options: OpencodeOptions },
): Promise<SessionUsage> {
  const { options, cwd, session } = request;
  const env = engineEnv({ env: request.env, patterns: OPENCODE_VARIABLES, options, cwd, added: WITHOUT_PROJECT });
  if (!isSessionId(session) || !hasDatabase(env)) return {};
  const query = `select cost, json_extract(model, '$.providerID') || '/' || json_extract(model, '$.id') as model,
    tokens_input + tokens_output + tokens_reasoning + tokens_cache_read + tokens_cache_write as tokens,
    (select count(*) from message where session_id = '${session}' and json_extract(data, '$.role') = 'user') as turns
    from session where id = '${session}'`;
  const asked = { query, row: Row, problem: "opencode could not tell the usage of the session." };
  const database = { file: options.cmd ?? ENGINE, cwd, env, limitMs: BOUNDS.engine.usageMs };
  const [found] = await queryDatabase(asked, database);
  if (found === undefined) return {};
  const { turns, tokens, cost, model } = found;
  return { turns, tokens, ...(cost > 0 && { costUsd: cost }), ...(model !== null && { model }) };
}
