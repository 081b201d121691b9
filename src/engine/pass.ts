import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Proves to the bridge that a call comes from a run. */
export interface Pass {
  /** The bridge's socket, absolute. */
  readonly socket: string;
  readonly token: string;
}

/** How a run's engine reaches takopi's own tools. */
export interface RunTools {
  /** Serves them by MCP on its stdio; the file of a pass comes behind its arguments. */
  readonly command: { readonly file: string; readonly args: readonly string[] };
  /** Where passes lie, absolute: nobody else may read there. */
  readonly directory: string;
  /** Absent if there is no run, as for an operation: a process that it starts serves later runs too. */
  readonly pass?: Pass | undefined;
}

export const RUN_OVER = "This task has ended, and takopi's tools with it.";

/** The name of takopi's own server, which engines put before the names of its tools. */
export const TOOLS_NAME = "takopi";

/** @param key Of the process that has the tools: one that serves several runs has the pass of the one under way. */
const passFile = ({ directory }: RunTools, key: string): string => join(directory, `${key}.json`);

/** The command line of the tools' server for a process; undefined if it gets no tools. */
export const toolsCommand = (tools: RunTools | undefined, key: string): RunTools["command"] | undefined =>
  tools && { file: tools.command.file, args: [...tools.command.args, passFile(tools, key)] };

/** Lets the tools of a process speak for a run while `work` lasts. */
export async function withPass<Result>(
  tools: RunTools | undefined,
  key: string,
  work: () => Promise<Result>,
): Promise<Result> {
  if (tools?.pass === undefined) return work();
  const file = passFile(tools, key);
  // One that a killed bridge left may have any rights.
  rmSync(file, { force: true });
  writeFileSync(file, JSON.stringify(tools.pass), { mode: 0o600, flag: "wx" });
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
