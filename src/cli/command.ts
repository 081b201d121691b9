import { type ArgsDef, type ParsedArgs, parseArgs } from "citty";
import { ConfigError } from "../errors.ts";
import { arrange } from "./arguments.ts";

/** What a command sees of the process. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by the first SIGINT or SIGTERM; the reason is the signal's name. */
  readonly signal: AbortSignal;
}

/** The flags of every command. */
export interface Globals {
  /** `--config`: path as given. */
  readonly configFile: string | undefined;
  readonly debug: boolean;
}

/** A command with the types of its arguments erased. */
export interface Command {
  readonly args: ArgsDef;
  /**
   * @param argv What follows the command's name.
   * @returns the exit code.
   * @throws ConfigError for wrong usage.
   */
  execute(argv: readonly string[], context: Context): Promise<number>;
}

export const globalArgs = {
  config: { type: "string", valueHint: "path", description: "Config file to use" },
  debug: { type: "boolean", description: "Log everything, also to debug.log beside the config" },
} as const satisfies ArgsDef;

/** Ties arguments to the function that takes them. `run` gives the exit code. */
export function defineCommand<const T extends ArgsDef>(definition: {
  readonly args: T;
  run(args: ParsedArgs<T>, context: Context & Globals): Promise<number> | number;
}): Command {
  const args: ArgsDef = { ...globalArgs, ...definition.args };
  return {
    args,
    async execute(argv, context) {
      const arranged = arrange(argv, args);
      const globals = parseArgs<typeof globalArgs>(arranged, globalArgs);
      const configFile = globals.config;
      const parsed = parseRequired<T>(arranged, args);
      return definition.run(parsed, { ...context, configFile, debug: globals.debug === true });
    },
  };
}

function parseRequired<T extends ArgsDef>(argv: string[], args: ArgsDef): ParsedArgs<T> {
  try {
    return parseArgs<T>(argv, args);
  } catch (cause) {
    if (cause instanceof Error && cause.name === "CLIError") throw new ConfigError(`${cause.message}.`, { cause });
    throw cause;
  }
}
