import { z } from "zod";
import { RUN_MARK } from "../../../src/engine/environment.ts";
import { joinTexts } from "../../../src/engine/instructions.ts";
import type { RpcPeer } from "../../../src/engine/json-rpc.ts";
import { ifKnown } from "../../../src/engine/missing-method.ts";
import type { RunTools } from "../../../src/engine/pass.ts";
import { EngineError } from "../../../src/errors.ts";
import type { CodexOptions } from "../options.ts";
import { serverSettings, toolSettings } from "../tools.ts";
import { instructionsOf, trustOf } from "../trust.ts";

type Caller = Pick<RpcPeer, "call">;
type SandboxMode = NonNullable<CodexOptions["sandbox"]>;

/** The rights of a thread, requested again at every start and resume. */
export interface ThreadSettings {
  readonly sandbox: SandboxMode;
  /** `untrusted` asks for nearly every command, `on-request` for what the sandbox would refuse. */
  readonly approvalPolicy: "untrusted" | "on-request";
  /** The overrides of `thread/start`, `thread/resume` and `thread/fork`. */
  readonly params: object;
}

export interface SettingsRequest {
  readonly options: CodexOptions;
  readonly cwd: string;
  readonly trusted?: boolean | undefined;
  readonly runId?: string | undefined;
  /** The server of takopi's own tools, if the thread gets them. */
  readonly tools?: RunTools["command"] | undefined;
}

/**
 * The settings of a live thread. Without a sandbox no command has to ask to leave one, and a list of denied commands
 * only helps if commands are asked for: in both cases codex asks for all but the harmless. Without a word about trust,
 * codex takes a sandbox that may write for trust in the project and writes that down (seen in 0.169.0). The thread is
 * unloaded as soon as nobody listens, for its lock keeps the terminal and `codex exec` out.
 */
export async function threadSettings(peer: Caller, request: SettingsRequest): Promise<ThreadSettings> {
  const { options, cwd, runId, trusted = false } = request;
  // A repository that is not trusted has its AGENTS.md read by takopi instead of by codex.
  const added = joinTexts(options.instructions, trusted ? undefined : instructionsOf(cwd));
  const isConfigNeeded = options.sandbox === undefined || added !== undefined;
  const person = isConfigNeeded ? await readConfig(peer, trusted ? cwd : undefined) : undefined;
  const sandbox = options.sandbox ?? person?.sandbox_mode ?? "read-only";
  const isDenied = [options.deny, options.deny_paths, options.deny_tools].some((list = []) => list.length > 0);
  const approvalPolicy = sandbox === "danger-full-access" || isDenied ? "untrusted" : "on-request";
  const config = {
    sandbox_mode: sandbox,
    projects: trustOf(cwd, trusted),
    ...serverSettings(options.mcp),
    ...toolSettings(request.tools),
    ...(options.add_dirs?.length && { "sandbox_workspace_write.writable_roots": options.add_dirs }),
    // Marks the commands of this run, which may leave their group and session.
    [`shell_environment_policy.set.${RUN_MARK}`]: runId,
    "features.default_mode_request_user_input": true,
    suppress_unstable_features_warning: true,
    thread_unload_delay_secs: 0,
  };
  const params = {
    ...{ cwd, approvalPolicy, config, model: options.model },
    ...{ baseInstructions: options.system_prompt, serviceTier: options.service_tier, personality: options.personality },
    // The person's own would be lost otherwise.
    developerInstructions: added && joinTexts(person?.developer_instructions ?? undefined, added),
  };
  return { sandbox, approvalPolicy, params };
}

const configRead = z.object({
  config: z.object({
    sandbox_mode: z.enum(["read-only", "workspace-write", "danger-full-access"]).nullish(),
    developer_instructions: z.string().nullish(),
  }),
});

/**
 * codex's own config; with a directory, that of its repository as well; undefined if codex does not tell it. A missing
 * sandbox becomes the least one: some resumes would lose codex's default for a trusted project.
 */
async function readConfig(peer: Caller, cwd: string | undefined) {
  const read = await ifKnown(peer.call("config/read", cwd === undefined ? {} : { cwd }, configRead));
  return read?.config;
}

/** The rights that codex reports for a thread, after it was started or resumed. */
export const grantedSettings = z.object({
  approvalPolicy: z.unknown(),
  sandbox: z.object({ type: z.string(), writableRoots: z.array(z.string()).default([]) }),
});

const POLICY_TYPES: Readonly<Record<SandboxMode, string>> = {
  "read-only": "readOnly",
  "workspace-write": "workspaceWrite",
  "danger-full-access": "dangerFullAccess",
};

/** @throws EngineError if codex opened the thread with other rights than it was told to. */
export function checkSettings(asked: ThreadSettings, granted: z.infer<typeof grantedSettings>): void {
  const { type } = granted.sandbox;
  if (type !== POLICY_TYPES[asked.sandbox]) refuse("the sandbox", type, asked.sandbox);
  if (granted.approvalPolicy !== asked.approvalPolicy) {
    refuse("the approval policy", JSON.stringify(granted.approvalPolicy), asked.approvalPolicy);
  }
}

function refuse(what: string, granted: string, asked: string): never {
  throw new EngineError(
    `Codex opened this thread with ${what} ${granted} instead of ${asked}, so nothing was run. A managed config of Codex may forbid it.`,
  );
}
