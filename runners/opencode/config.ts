import { mergeTables } from "../../src/domain/table.ts";
import { parseConfig } from "./hosted-models.ts";
import type { OpencodeOptions } from "./options.ts";
import type { Variables } from "./places.ts";

/** opencode's agent unless it is told another (1.18.33). */
const DEFAULT_AGENT = "build";

/** The variable by which opencode takes config over its files, if the options have any for it. */
export function configVariable(options: OpencodeOptions, inherited: Variables): Readonly<Record<string, string>> {
  const { config, system_prompt: prompt, agent = DEFAULT_AGENT } = options;
  if (config === undefined && prompt === undefined) return {};
  const given = options.env?.["OPENCODE_CONFIG_CONTENT"] ?? inherited["OPENCODE_CONFIG_CONTENT"];
  const asked = mergeTables(config, prompt === undefined ? {} : { agent: { [agent]: { prompt } } });
  return { OPENCODE_CONFIG_CONTENT: JSON.stringify(mergeTables(given === undefined ? {} : parseConfig(given), asked)) };
}
