import type { FileDiff } from "../domain/diff.ts";
import type { Verdict } from "../domain/policy.ts";
import type { Probe } from "../engine/contract.ts";

/** What can be read of a machine without a session: inputs and outputs are JSON. */
export interface Lookups {
  /** What git sees changed in a run's directory. @throws UserError if that is in no repository. */
  readonly diff: {
    readonly input: { readonly cwd: string; readonly project?: string; readonly branch?: string };
    readonly output: DirectoryDiff;
  };
  /** Where an engine was found, and what is wrong with it. */
  readonly probe: { readonly input: { readonly engine: string }; readonly output: Probe };
  /** What the rules would answer if an engine asked for this in a project. */
  readonly judge: {
    readonly input: { readonly engine: string; readonly project?: string } & Asked;
    readonly output: Verdict;
  };
}

/** What an engine would ask for: exactly one of these. */
export interface Asked {
  /** A command line. */
  readonly line?: string | undefined;
  /** A file that it would change. */
  readonly path?: string | undefined;
  /** Another tool that it would use. */
  readonly tool?: string | undefined;
}

export interface DirectoryDiff {
  /** What it is compared with, for people. */
  readonly base: string;
  readonly files: readonly FileDiff[];
  /** Whether there is more than `files` holds. */
  readonly isCut: boolean;
}
