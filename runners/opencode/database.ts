import { z } from "zod";
import { parseObject } from "../../src/engine/decode.ts";
import { capture } from "../../src/engine/process.ts";
import { EngineError } from "../../src/errors.ts";
import { ENGINE } from "./state.ts";

interface Database {
  readonly file: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

/**
 * The rows of a query, by opencode's own `db` command. Asked if there is no database, opencode would create one.
 *
 * @param query Blanks between its words may be of any length.
 * @throws EngineError with `problem` if opencode does not answer with such rows.
 */
export async function queryDatabase<Row>(
  { query, row, problem }: { readonly query: string; readonly row: z.ZodType<Row>; readonly problem: string },
  database: Database,
): Promise<Row[]> {
  const args = ["db", query.replace(/\s+/g, " "), "--format", "json"];
  const { code, stdout, stderr } = await capture({ id: ENGINE, args, ...database });
  const rows = code === 0 ? z.array(row).safeParse(parseObject(stdout, /\[\s*[{\]]/)) : undefined;
  if (rows?.success) return rows.data;
  throw new EngineError(problem, { stderr: stderr.trim() });
}
