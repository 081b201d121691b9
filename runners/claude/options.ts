import { z } from "zod";
import type { EngineSetup } from "../../src/engine/contract.ts";
import type { McpServers } from "../../src/engine/mcp-servers.ts";
import { baseOptions, sharedOptions } from "../../src/engine/options.ts";
import { readOutputSchema } from "../../src/engine/output-schema.ts";
import { type RunTools, TOOLS_NAME } from "../../src/engine/pass.ts";

/** The `[claude]` table. Names are those of Takopi and of claude's flags; what is unset is left to claude's own settings. */
export const claudeOptions = z.strictObject({
  ...baseOptions,
  /** Tools that need no question, as claude's rules: `Bash`, `Bash(git *)`. Headless these four unless set. */
  allowed_tools: z.array(z.string().min(1)).optional(),
  disallowed_tools: z.array(z.string().min(1)).optional(),
  permission_mode: z.enum(["manual", "acceptEdits", "auto", "plan", "dontAsk", "bypassPermissions"]).optional(),
  dangerously_skip_permissions: z.boolean().optional(),
  /** Lets claude have the bridge's `ANTHROPIC_API_KEY`; otherwise its own login is used. */
  use_api_billing: z.boolean().optional(),
  effort: z.string().regex(/^\w+$/, "must be one word, such as high").optional(),
  append_system_prompt: z.string().min(1).optional(),
  mcp: sharedOptions.mcp,
  ephemeral: sharedOptions.ephemeral,
  system_prompt: sharedOptions.system_prompt,
  output_schema: sharedOptions.output_schema,
});
export type ClaudeOptions = z.infer<typeof claudeOptions>;

/** Tools that can change files. */
const CHANGING = ["Bash", "Edit", "MultiEdit", "NotebookEdit", "Write"];

export const readOnly = ({ disallowed_tools: given = [] }: ClaudeOptions): Partial<ClaudeOptions> => ({
  disallowed_tools: [...given, ...CHANGING],
  dangerously_skip_permissions: undefined,
});

/** As Takopi has it: without any, a headless claude could change nothing. */
const HEADLESS_TOOLS = ["Bash", "Read", "Edit", "Write"];

const flag = (name: string, value: string | undefined) => (value === undefined ? [] : [`${name}=${value}`]);
const list = (name: string, values: readonly string[] = []) =>
  flag(name, values.length > 0 ? values.join(",") : undefined);

const MODES = {
  headless: ["--print", "--output-format=stream-json", "--verbose"],
  /** The prompt is a message of stream-json, which can hold images. */
  images: ["--print", "--input-format=stream-json", "--output-format=stream-json", "--verbose"],
  live: [
    ...["--print", "--input-format=stream-json", "--output-format=stream-json", "--verbose"],
    ...["--include-partial-messages", "--permission-prompt-tool=stdio"],
  ],
} as const;

/**
 * The flags of one process, but for its session and trust.
 *
 * @param own Takopi's own tools, if it gets them: they need no question.
 */
export function toArguments(
  options: ClaudeOptions,
  mode: keyof typeof MODES,
  own?: RunTools["command"],
): readonly string[] {
  const allowed = options.allowed_tools ?? (mode === "live" ? [] : HEADLESS_TOOLS);
  const named = Object.keys(options.mcp ?? {});
  // Nobody can be asked in a headless run.
  const unasked = mode !== "live" && options.allowed_tools === undefined ? named : [];
  const tools = [...allowed, ...[...unasked, ...(own ? [TOOLS_NAME] : [])].map((name) => `mcp__${name}`)];
  const servers = { ...typed(options.mcp), ...(own && { [TOOLS_NAME]: toServer(own) }) };
  return [
    ...MODES[mode],
    ...flag("--model", options.model),
    ...flag("--effort", options.effort),
    ...flag("--permission-mode", options.permission_mode),
    ...flag("--system-prompt", options.system_prompt),
    ...(options.dangerously_skip_permissions ? ["--dangerously-skip-permissions"] : []),
    ...list("--allowedTools", tools),
    ...list("--disallowedTools", options.disallowed_tools),
    ...flag("--json-schema", options.output_schema && JSON.stringify(readOutputSchema(options.output_schema))),
    ...(Object.keys(servers).length > 0 ? [`--mcp-config=${JSON.stringify({ mcpServers: servers })}`] : []),
    ...(options.extra_args ?? []),
  ];
}

/** Without the type, claude 2.1.332 takes a server for a program, and drops it without a word. */
const typed = (servers: McpServers = {}) =>
  Object.fromEntries(
    Object.entries(servers).map(([name, given]) => [name, "url" in given ? { type: "http", ...given } : given]),
  );

const toServer = ({ file, args }: RunTools["command"]) => ({ command: file, args });

/** For a new session that claude does not keep. */
export const UNKEPT = "--no-session-persistence";

/** Variables of the bridge's environment for claude: its folders, and its own login. */
export const CLAUDE_VARIABLES: readonly string[] = ["CLAUDE_CONFIG_DIR", "CLAUDE_CODE_OAUTH_TOKEN"];

const BILLED = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"];

/** Variables that each process gets. A key is among them only if the options say so. */
export function variablesOf(options: ClaudeOptions, env: EngineSetup["env"]): Readonly<Record<string, string>> {
  const billed = options.use_api_billing ? BILLED.map((name) => [name, env[name]] as const) : [];
  return {
    ...Object.fromEntries(billed.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    ...options.env,
    // It says when it is idle, and leaves its own executable alone.
    CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: "1",
    DISABLE_AUTOUPDATER: "1",
  };
}
