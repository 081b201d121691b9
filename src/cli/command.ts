import { type Arguments, readArguments, type Values } from "./arguments.ts";

/** The process as a command sees it. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by the first SIGINT or SIGTERM; the reason is the signal's name. */
  readonly signal: AbortSignal;
  /** Has this called by the second signal, which ends the process at once otherwise. */
  readonly onSecondSignal?: ((act: () => void) => void) | undefined;
}

/** The flags of every command. */
export interface Globals {
  /** `--config`: path as given. */
  readonly configFile: string | undefined;
  readonly debug: boolean;
}

/** A command with the types of its arguments erased. */
export interface Command {
  readonly args: Arguments;
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
} as const satisfies Arguments;

/** Ties arguments to the function that takes them. `run` gives the exit code. */
export function defineCommand<const T extends Arguments>(definition: {
  readonly args: T;
  run(args: Values<T>, context: Context & Globals): Promise<number> | number;
}): Command {
  const args = { ...globalArgs, ...definition.args };
  return {
    args,
    async execute(argv, context) {
      const values = readArguments(argv, args);
      const { config: configFile, debug } = values as Values<typeof globalArgs>;
      return definition.run(values, { ...context, configFile, debug: debug === true });
    },
  };
}
