import { fileURLToPath } from "node:url";
import { acpEngine } from "../../runners/acp/index.ts";
import { engines } from "../../runners/index.ts";
import type { Engine } from "../../src/engine/contract.ts";
import { toTable } from "../reference/table.ts";
import type { EnginesHome } from "./all-engines.ts";
import { type PinnedEngineId, pinnedEngines } from "./pinned.ts";

/** What is done with every engine through the bridge, in this order, as the table in the docs has it. */
export const cases = {
  task: "answers a task",
  resume: "resumes its session",
  image: "shows its model an image",
  tool: "tells the model of a command that failed",
  error: "tells an error of the model",
  approve: "runs a command that was approved",
  deny: "does not run a denied command, and tells the model why",
  question: "asks a question with options",
  steer: "takes a message in mid-turn",
  interrupt: "ends a turn by `/interrupt`, with its command",
  cancel: "is stopped in mid-command, and leaves no process",
  crash: "is told of if it crashes, and resumes",
  killedAtStart: "leaves no process if the bridge is killed while it starts",
  killedAtCard: "leaves no process if the bridge is killed while it asks, and resumes",
} as const;
export type Case = keyof typeof cases;

export interface Column {
  /** As in the table's head. */
  readonly name: string;
  readonly engine: Engine;
  /** Its options, without the command. */
  readonly table: (home: EnginesHome) => string;
  readonly pinned: PinnedEngineId;
  /** What is refused in a sentence. */
  readonly refuses: readonly Case[];
  /** The prompt with which its model asks which colour; absent if the engine never asks any. */
  readonly question?: string;
}

const builtIns = new Set(engines.map(({ id }) => id));
const builtIn = (id: string): Engine => {
  const found = engines.find((engine) => engine.id === id);
  if (!found) throw new Error(`no engine ${id}`);
  return found;
};

const asking = (tool: string, more: object = {}): string => {
  const options = ["Red", "Blue"].map((label) => ({ label, description: label }));
  const question = { question: "Which colour?", header: "Colour", ...more, options };
  return `[[tool ${tool} ${JSON.stringify({ questions: [question] }).replaceAll("]}", "] }")}]]`;
};

const asks = fileURLToPath(new URL("../../fixtures/pi/live/colour.mjs", import.meta.url));
const pi = {
  ...{ engine: builtIn("pi"), refuses: [], question: '[[tool read {"path":"colour"}]]' },
  table: () => `provider = "scripted"\nmodel = "m"\napprovals = "ask"\nextra_args = ["--extension", "${asks}"]`,
};
const withoutNet = 'env_passthrough = ["OPENCODE_DISABLE_*"]';

export const columns: readonly Column[] = [
  {
    ...{ name: "claude 2.1", pinned: "claude", engine: builtIn("claude"), refuses: [] },
    table: ({ claudeEnv }) => `env = ${JSON.stringify(claudeEnv).replaceAll('":"', '" = "')}`,
    question: asking("AskUserQuestion", { multiSelect: false }),
  },
  {
    ...{ name: "codex 0.169", pinned: "codex", engine: builtIn("codex"), refuses: [] },
    table: () => 'sandbox = "danger-full-access"',
    question: asking("request_user_input", { id: "colour" }),
  },
  {
    ...{ name: "opencode 1.18", pinned: "opencode", engine: builtIn("opencode"), refuses: [] },
    table: () => withoutNet,
    question: asking("question"),
  },
  { ...pi, name: "pi 0.74", pinned: "pi" },
  { ...pi, name: "pi 1.5", pinned: "pi15" },
  {
    ...{ name: "acp: opencode 1.18", pinned: "opencode", engine: acpEngine("agent"), refuses: ["steer"] },
    table: () => `${withoutNet}
type = "acp"
args = ["acp"]
env = { OPENCODE_PERMISSION = '{"bash":"ask"}' }
untrusted_env = { OPENCODE_DISABLE_PROJECT_CONFIG = "1" }`,
  },
  {
    ...{ name: "acp: codex-acp 0.16", pinned: "codexAcp", engine: acpEngine("agent"), refuses: ["steer"] },
    table: () => `type = "acp"
args = ["-c", 'approval_policy="untrusted"', "-c", 'sandbox_mode="danger-full-access"']
untrusted_env = {}`,
  },
];

/** For the docs: what each engine is seen to do, with its exact version. */
export function casesTable(): string {
  const versions = ["version", ...columns.map(({ pinned }) => pinnedEngines[pinned].version)];
  const rows = Object.entries(cases).map(([id, meaning]) => [
    meaning,
    ...columns.map((column) => outcome(column, id as Case)),
  ]);
  return toTable([["driven for real", ...columns.map(({ name }) => name)], versions, ...rows]);
}

/** What a cell of the table says, and the suite finds. */
export function outcome({ refuses, question }: Column, id: Case): "yes" | "refused" | "never asks" {
  if (id === "question" && question === undefined) return "never asks";
  return refuses.includes(id) ? "refused" : "yes";
}

/** The tables of takopi.toml with which it is driven; `cmd` starts it. */
export const toTables = (column: Column, home: EnginesHome, cmd: string): string => `
[${builtIns.has(column.engine.id) ? "" : "engines."}${column.engine.id}]
cmd = "${cmd}"
interactive = true
${column.table(home)}
[projects.web]
path = "${home.web}"
`;
