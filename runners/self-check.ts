import { stripVTControlCharacters } from "node:util";

/** A call that makes an engine read its own configuration, and costs nothing. */
export interface SelfCheck {
  readonly args: readonly string[];
  /** What is wrong, with the fix; undefined if nothing is. `output` is all that it printed, without terminal codes. */
  read(output: string): { readonly detail: string; readonly fix: string } | undefined;
}

const CORRECT = "Correct the file: every run of this engine fails until then.";

/** By engine; seen with codex 0.169.0, opencode 1.18.33 and pi 0.74.2. */
export const selfChecks: Readonly<Record<string, SelfCheck>> = {
  codex: {
    args: ["login", "status"],
    read: (output) => {
      const broken = /Error loading configuration: (.+)/.exec(output)?.[1];
      if (broken !== undefined) return { detail: broken, fix: CORRECT };
      if (!/^Not logged in/m.test(output)) return undefined;
      return {
        detail: "not logged in",
        fix: "Run `codex login`, unless its configuration names a provider with a key.",
      };
    },
  },
  opencode: {
    args: ["models"],
    read: (output) => {
      const json = /Config file at (.+) is not valid JSON[\s\S]*?^(\w+) at line (\d+), column (\d+)/m.exec(output);
      if (json) return { detail: `${json[1]}:${json[3]}:${json[4]}: ${json[2]}`, fix: CORRECT };
      const shape = /Configuration is invalid at (.+)\n\s*↳ (.+)/.exec(output);
      if (shape) return { detail: `${shape[1]}: ${shape[2]}`, fix: CORRECT };
      if (/^[\w.@-]+\/\S+$/m.test(output)) return undefined;
      return { detail: "it has no models", fix: "Run `opencode auth login`, or configure a provider." };
    },
  },
  pi: {
    args: ["--list-models"],
    read: (output) => {
      const broken = /errors? loading models\.json:?\s*\n(.+)\s+File: (.+)/.exec(output);
      if (broken) return { detail: `${broken[2]}: ${broken[1]}`, fix: CORRECT };
      if (!output.includes("No models available")) return undefined;
      return {
        detail: "it has no models",
        fix: "Run `pi` and `/login`, or let a key through: env_passthrough = [...].",
      };
    },
  },
};

export const plain = (output: string): string => stripVTControlCharacters(output).replaceAll("\r", "");
