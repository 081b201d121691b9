import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOUNDS } from "../bounds.ts";
import { EngineError } from "../errors.ts";
import type { EngineSetup } from "./contract.ts";
import { engineEnv } from "./environment.ts";
import { sendSignal } from "./marked.ts";
import type { EngineOptions } from "./options.ts";
import { openProcess } from "./process.ts";

/** In the arguments of a part: an empty directory, whose files count as output. */
export const OUT = "{out}";

/** Something that an engine can be asked without a call of a model, and what takopi needs of the answer. */
export interface ContractPart {
  readonly args: readonly string[];
  readonly stdin?: string;
  /** Words of the answer, and what does not work without them. */
  readonly needs: Readonly<Record<string, string>>;
  /** Finds kinds of events in the answer, as its first group, and says which of them takopi knows. */
  readonly kinds?: { readonly pattern: RegExp; readonly known: ReadonlySet<string> };
}

interface Contract<Options extends EngineOptions> {
  readonly id: string;
  /** The executable unless the options name one. */
  readonly cmd: string;
  /** Variables that the engine gets. */
  readonly patterns: readonly string[];
  parts(options: Options): readonly ContractPart[];
}

/** Compares an installed engine with what takopi needs of it. */
export type FindDrift<Options> = (setup: EngineSetup & { readonly options: Options }) => Promise<readonly string[]>;

/** Makes the comparison of an engine; each result is one sentence that says what is lost. */
export const driftOf =
  <Options extends EngineOptions>({ id, cmd, patterns, parts }: Contract<Options>): FindDrift<Options> =>
  async ({ options, env }) => {
    const own = engineEnv({ env, patterns, options, cwd: "/" });
    const command = { id, file: options.cmd ?? cmd, env: own };
    const lost: string[] = [];
    // One after another: an engine may take much of the machine to start.
    for (const part of parts(options)) lost.push(...(await missingIn(part, command)));
    return lost;
  };

interface Command {
  readonly id: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

async function missingIn(
  { args, stdin = "", needs, kinds }: ContractPart,
  command: Command,
): Promise<readonly string[]> {
  const line = [command.id, ...args].join(" ");
  const out = mkdtempSync(join(tmpdir(), "takopi-contract-"));
  try {
    const given = args.map((one) => (one === OUT ? out : one));
    const said = await answerOf({ ...command, args: given }, { stdin, words: Object.keys(needs) });
    const all = [said, ...filesIn(out)].join("\n");
    const missing = Object.entries(needs).filter(([word]) => !all.includes(word));
    return [
      ...missing.map(([word, loss]) => `\`${line}\` knows no ${word}, so this does not work: ${loss}.`),
      ...unknownIn(all, kinds).map(
        (kind) => `\`${line}\` tells of ${kind}, which takopi does not know and leaves out.`,
      ),
    ];
  } catch (error) {
    if (error instanceof EngineError) return [`\`${line}\` tells nothing: ${error.message}`];
    throw error;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
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

/** What a command says, on both streams; no more of it than is needed to have all the words. */
async function answerOf(
  command: Command & { readonly args: readonly string[] },
  { stdin, words }: { readonly stdin: string; readonly words: readonly string[] },
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
      if (words.every((word) => said.includes(word))) return said;
    }
    await child.ended;
    return said;
  } finally {
    clearTimeout(timer);
    end();
  }
}
