import { basename } from "node:path";
import type { WorkSetup } from "../../src/engine/contract.ts";
import { EngineError } from "../../src/errors.ts";
import type { AcpOptions } from "./options.ts";

/** Settings that keep known agents from the repository's permissions, servers and plugins (opencode 1.18.33). */
const KNOWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  opencode: { OPENCODE_DISABLE_PROJECT_CONFIG: "1" },
};

/**
 * Variables for a project that is not trusted.
 *
 * @throws EngineError if nobody has said how this agent leaves out what a repository brings.
 */
export function trustVariables(
  id: string,
  { options, trusted }: Pick<WorkSetup, "trusted"> & { readonly options: AcpOptions },
): Readonly<Record<string, string>> {
  if (trusted) return {};
  const known = options.untrusted_env ?? KNOWN[basename(options.cmd ?? id)];
  if (known !== undefined) return known;
  throw new EngineError(
    `It is not known how ${id} leaves out what a repository brings, such as its settings and servers, so nothing was started. Trust the project with \`trusted = true\`, or set \`engines.${id}.untrusted_env\`: variables that keep the agent from such parts, or \`{}\` if it has none.`,
  );
}
