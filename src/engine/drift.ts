import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOUNDS } from "../bounds.ts";
import { EngineError } from "../errors.ts";
import type { DriftSetup } from "./contract.ts";
import { engineEnv } from "./environment.ts";
import { sendSignal } from "./marked.ts";
import type { EngineOptions } from "./options.ts";
import { openProcess } from "./process.ts";
import { lineFor } from "./versions.ts";

/** In the arguments of a part: an empty directory, whose files count as output. */
export const OUT = "{out}";

/** Names that takopi needs, all of one sort. */
export interface Needs {
  readonly sort: "flag" | "method" | "route" | "field" | "version";
  /** How the answer shows that the engine has one; its very name if absent. */
  shown?(name: string): RegExp | string;
  /** By name: what does not work without it. */
  readonly of: Readonly<Record<string, string>>;
}

/** Something that an engine can be asked without a call of a model, and what takopi needs of the answer. */
export interface ContractPart {
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly needs: readonly Needs[];
  /** Finds kinds of events in the answer, as its first group, and says which of them takopi knows. */
  readonly kinds?: { readonly pattern: RegExp; readonly known: ReadonlySet<string> };
}

interface Contract<Options extends EngineOptions> {
  readonly id: string;
  /** The executable unless the options name one. */
  readonly cmd: string;
  /** Variables that the engine gets. */
  readonly patterns: readonly string[];
  /** By line of versions, the oldest first: `1.5`. */
  readonly lines: Readonly<Record<string, (options: Options) => readonly ContractPart[]>>;
}

/** Compares an installed engine with what takopi needs of it. */
export type FindDrift<Options> = (setup: DriftSetup & { readonly options: Options }) => Promise<readonly string[]>;

/** Makes the comparison of an engine; each result is one sentence that says what is lost. */
export const driftOf =
  <Options extends EngineOptions>({ id, cmd, patterns, lines }: Contract<Options>): FindDrift<Options> =>
  async ({ options, env, version }) => {
    const own = engineEnv({ env, patterns, options, cwd: "/" });
    const command = { id, name: [id, version].filter(Boolean).join(" "), file: options.cmd ?? cmd, env: own };
    const parts = lines[lineFor(version, Object.keys(lines))]?.(options) ?? [];
    const lost: string[] = [];
    // One after another: an engine may take much of the machine to start.
    for (const part of parts) lost.push(...(await missingIn(part, command)));
    return lost;
  };

interface Command {
  readonly id: string;
  /** With its version, for people. */
  readonly name: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

async function missingIn(part: ContractPart, command: Command): Promise<readonly string[]> {
  const { args, stdin = "", needs, kinds } = part;
  const { name } = command;
  const out = mkdtempSync(join(tmpdir(), "takopi-contract-"));
  try {
    const given = args.map((one) => (one === OUT ? out : one));
    const isEnough = (said: string) => kinds === undefined && needs.every((one) => missingOf(one, said).length === 0);
    const said = await answerOf({ ...command, args: given }, stdin, isEnough);
    const all = [said, ...filesIn(out)].join("\n");
    return [
      ...needs.flatMap((one) =>
        missingOf(one, all).map(
          ([word, loss]) => `${name} has no ${one.sort} ${word}, so this does not work: ${loss}.`,
        ),
      ),
      ...unknownIn(all, kinds).map((kind) => `${name} tells of ${kind}, which takopi does not know and leaves out.`),
    ];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return [`${name} does not say what it can do (\`${[command.id, ...args].join(" ")}\`): ${error.message}`];
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function missingOf({ shown = (name) => name, of }: Needs, said: string): readonly (readonly [string, string])[] {
  const has = (sign: RegExp | string) => (typeof sign === "string" ? said.includes(sign) : sign.test(said));
  return Object.entries(of).filter(([name]) => !has(shown(name)));
}

function unknownIn(said: string, kinds: ContractPart["kinds"]): readonly string[] {
  const found = kinds === undefined ? [] : said.matchAll(kinds.pattern);
  const names = new Set([...found].map(([, kind = ""]) => kind.slice(0, 100)));
  return [...names].filter((kind) => !kinds?.known.has(kind));
}

const filesIn = (directory: string): readonly string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .map((name) => readFileSync(join(directory, name), "utf8"));

/** The output of a command, on both streams, as far as it is needed. */
async function answerOf(
  command: Command & { readonly args: readonly string[] },
  stdin: string,
  isEnough: (said: string) => boolean,
): Promise<string> {
  let said = "";
  const add = (chunk: Uint8Array) => {
    if (said.length < BOUNDS.engine.contractBytes) said += Buffer.from(chunk).toString("utf8");
  };
  const child = await openProcess({ ...command, cwd: "/", onStderr: add });
  const end = () => {
    sendSignal(-child.mark.pid, "SIGKILL");
    child.abandon();
  };
  const timer = setTimeout(end, BOUNDS.engine.contractMs);
  if (stdin === "") child.endInput();
  else void child.write(stdin);
  try {
    for await (const chunk of child.stdout) {
      add(chunk);
      if (isEnough(said)) return said;
    }
    await child.ended;
    return said;
  } finally {
    clearTimeout(timer);
    end();
  }
}
