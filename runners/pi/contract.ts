import { type ContractPart, driftOf } from "../../src/engine/drift.ts";
import { isOmp } from "./omp.ts";
import type { PiOptions } from "./options.ts";
import { PI_VARIABLES } from "./probe.ts";
import { ENGINE } from "./state.ts";

const RUNS = "any run";
const LIVE = "interactive runs";
const PROJECTS = "projects that are not trusted";
const option = (name: string) => `the option pi.${name}`;

type Losses = Readonly<Record<string, string>>;

const FLAGS: Losses = {
  ...{ "--print": RUNS, "--mode": RUNS, "--session": "replies", "--model": "models" },
  ...{ "--provider": option("provider"), "--thinking": option("thinking"), "--session-dir": option("session_dir") },
  ...{ "--tools": option("tools"), "--no-tools": option("tools"), "--no-session": option("ephemeral") },
  ...{ "--append-system-prompt": option("instructions"), "--system-prompt": option("system_prompt") },
  ...{ "--offline": option("offline"), "--extension": "approvals and takopi's own tools" },
  ...{ "--no-extensions": PROJECTS, "--no-skills": PROJECTS, "--no-prompt-templates": PROJECTS },
  ...{ "--no-themes": PROJECTS, "--no-builtin-tools": option("no_builtin_tools") },
  "--no-context-files": option("no_context_files"),
};
const NEW_FLAGS: Losses = {
  ...{ "--approve": option("approve"), "--no-approve": PROJECTS },
  ...{ "--exclude-tools": option("exclude_tools"), "--name": option("session_title") },
};

/** Asked in a session that is empty and not kept; without what it needs, a method that pi knows complains of that. */
const METHODS: Losses = {
  ...{ get_state: LIVE, prompt: LIVE, steer: "messages to a running turn", abort: "/interrupt" },
  ...{ get_session_stats: "how full the context is", get_available_models: "/models", get_fork_messages: "/undo" },
  ...{ get_commands: "the offer of its own commands", set_session_name: "/name", fork: "/undo", clone: "/fork" },
  compact: "/compact",
};
const NEW_METHODS: Losses = { clear_queue: "dropping what was added to a turn that is stopped" };

const FIELDS: Losses = {
  ...{ sessionId: LIVE, isStreaming: LIVE, isCompacting: LIVE, pendingMessageCount: "messages to a running turn" },
  ...{ models: "/models", messages: "/undo", commands: "the offer of its own commands" },
};

const flag = (name: string) => new RegExp(`${name}(?![\\w-])`);
const known = (command: string) =>
  new RegExp(`"command":"${command}","success":(?:true|false,"error":"(?!Unknown command))`);

const partsOf = (flags: Losses, methods: Losses): readonly ContractPart[] => [
  { args: ["--help"], needs: [{ sort: "flag", shown: flag, of: flags }] },
  {
    args: ["--mode", "rpc", "--no-session", "--offline", "--no-extensions"],
    stdin: Object.keys(methods)
      .map((type) => `${JSON.stringify({ id: type, type })}\n`)
      .join(""),
    needs: [
      { sort: "method", shown: known, of: methods },
      { sort: "field", shown: (name) => `"${name}":`, of: FIELDS },
    ],
  },
];

/** oh-my-pi tells its flags in another way. */
const unlessOmp = (parts: readonly ContractPart[]) => (options: PiOptions) => (isOmp(options.cmd) ? [] : parts);

export const drift = driftOf<PiOptions>({
  ...{ id: ENGINE, cmd: ENGINE, patterns: PI_VARIABLES },
  lines: {
    "0.74": unlessOmp(partsOf(FLAGS, METHODS)),
    "1.5": unlessOmp(partsOf({ ...FLAGS, ...NEW_FLAGS }, { ...METHODS, ...NEW_METHODS })),
  },
});
