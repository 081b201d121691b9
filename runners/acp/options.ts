import { z } from "zod";
import type { McpServers } from "../../src/engine/mcp-servers.ts";
import { baseOptions, sharedOptions } from "../../src/engine/options.ts";

/** The `[engines.<id>]` table of an agent that speaks the Agent Client Protocol, `type` left out. */
export const acpOptions = z.strictObject({
  ...baseOptions,
  /** The protocol has no other way. */
  interactive: z.literal(true).default(true),
  /** Arguments that make the executable speak the protocol, such as `["acp"]`. */
  args: z.array(z.string()).optional(),
  /** As the agent names it; an agent without such a choice refuses it. */
  mode: z.string().min(1).optional(),
  effort: z.string().min(1).optional(),
  mcp: sharedOptions.mcp,
  /** A turn without a sign of life for so long is ended, unless a command runs or a question is open. */
  silence_minutes: z.number().positive().default(30),
  /** Variables that keep the agent from what a repository brings: they are set unless the project is trusted. */
  untrusted_env: z.record(z.string(), z.string()).optional(),
});
export type AcpOptions = z.infer<typeof acpOptions>;

/** As `session/new` takes them. */
export const toServers = (servers: McpServers = {}) =>
  Object.entries(servers).map(([name, given]) => {
    const pairs = (values: Readonly<Record<string, string>>) =>
      Object.entries(values).map(([key, value]) => ({ name: key, value }));
    if ("url" in given) return { type: "http" as const, name, url: given.url, headers: pairs(given.headers) };
    return { name, command: given.command, args: given.args, env: pairs(given.env) };
  });
