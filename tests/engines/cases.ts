import { engines } from "../../runners/index.ts";
import type { Engine } from "../../src/engine/contract.ts";
import type { EnginesHome } from "./all-engines.ts";
import { engineCommand, type PinnedEngineId, pinnedEngines } from "./pinned.ts";

/** What is done with every engine through the bridge, as the table in the docs has it. */
export const cases = {
  task: "answers a task",
  resume: "resumes its session",
  tool: "tells the model of a command that failed",
  error: "tells an error of the model",
  approve: "runs a command that was approved",
  deny: "does not run a denied command, and tells the model why",
  question: "asks a question with options",
  steer: "takes a message in mid-turn",
  interrupt: "ends a turn by `/interrupt`, with its command",
  cancel: "is stopped in mid-command, and leaves no process",
  crash: "is told of if it crashes, and resumes",
} as const;
export type Case = keyof typeof cases;

export interface Column {
  /** As in the table's head. */
  readonly name: string;
  readonly engine: Engine;
  /** Its options, without the command. */
  readonly table: (home: EnginesHome) => string;
  readonly pinned: PinnedEngineId;
  /** What it cannot do: it is refused in a sentence, or, of questions, the engine has none. */
  readonly lacks: readonly Case[];
  /** The prompt with which its model asks which colour. */
  readonly question?: string;
}

const builtIn = (id: string): Engine => {
  const found = engines.find((engine) => engine.id === id);
  if (!found) throw new Error(`no engine ${id}`);
  return found;
};

const pi = { engine: builtIn("pi"), table: () => 'provider = "scripted"\nmodel = "m"\napprovals = "ask"' };

export const columns: readonly Column[] = [
  {
    ...{ name: "codex 0.169", pinned: "codex", engine: builtIn("codex"), lacks: ["question"] },
    table: () => 'sandbox = "danger-full-access"',
  },
  { ...pi, name: "pi 0.74", pinned: "pi", lacks: ["question"] },
  { ...pi, name: "pi 1.5", pinned: "pi15", lacks: ["question"] },
];

export const toTable = (column: Column, home: EnginesHome): string => `
[${column.engine.id}]
cmd = "${engineCommand(column.pinned)}"
interactive = true
${column.table(home)}
[projects.web]
path = "${home.web}"
`;

/** For the docs: what each engine is seen to do, with its exact version. */
export function casesTable(): string {
  const rows = Object.entries(cases).map(([id, meaning]) => [
    meaning,
    ...columns.map(({ lacks }) => (lacks.includes(id as Case) ? "no" : "yes")),
  ]);
  const head = ["driven for real", ...columns.map(({ name }) => name)];
  const versions = ["version", ...columns.map(({ pinned }) => pinnedEngines[pinned].version)];
  const all = [head, versions, ...rows];
  const widths = head.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [
    line(head),
    `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`,
    ...[versions, ...rows].map(line),
  ].join("\n");
}
