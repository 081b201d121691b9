import { mergeTables } from "../../src/domain/table.ts";
import type { McpServers } from "../../src/engine/mcp-servers.ts";
import { parseConfig } from "./hosted-models.ts";
import type { OpencodeOptions } from "./options.ts";
import type { Variables } from "./places.ts";

/** opencode's agent unless it is told another (1.18.33). */
const DEFAULT_AGENT = "build";

/** The variable by which opencode takes config over its files, if the options have any for it. */
export function configVariable(options: OpencodeOptions, inherited: Variables): Readonly<Record<string, string>> {
  const { config, mcp, system_prompt: prompt, agent = DEFAULT_AGENT } = options;
  if (config === undefined && mcp === undefined && prompt === undefined) return {};
  const given = options.env?.["OPENCODE_CONFIG_CONTENT"] ?? inherited["OPENCODE_CONFIG_CONTENT"];
  const prompted = mergeTables(config, prompt === undefined ? {} : { agent: { [agent]: { prompt } } });
  const asked = mergeTables(prompted, mcp === undefined ? {} : { mcp: toServers(mcp) });
  return { OPENCODE_CONFIG_CONTENT: JSON.stringify(mergeTables(given === undefined ? {} : parseConfig(given), asked)) };
}

const toServers = (servers: McpServers) =>
  Object.fromEntries(
    Object.entries(servers).map(([name, given]) => [
      name,
      "url" in given
        ? { type: "remote", url: given.url, headers: given.headers, enabled: true }
        : { type: "local", command: [given.command, ...given.args], environment: given.env, enabled: true },
    ]),
  );
