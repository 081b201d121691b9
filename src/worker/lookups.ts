import type { FileDiff } from "../domain/diff.ts";
import type { Verdict } from "../domain/policy.ts";
import type { RunSpec } from "../domain/run.ts";
import type { Probe } from "../engine/contract.ts";

/** Questions to a machine that need no session: inputs and outputs are JSON. */
export interface Lookups {
  /** The machines that there are, this one left out. */
  readonly machines: { readonly input: Readonly<Record<never, never>>; readonly output: readonly MachineFacts[] };
  /** The changes that git sees in a run's directory. @throws UserError if that is in no repository. */
  readonly diff: {
    readonly input: Pick<RunSpec, "project" | "branch" | "machine"> & { readonly cwd: string };
    readonly output: DirectoryDiff;
  };
  /** The place of an engine, and its problems. */
  readonly probe: { readonly input: { readonly engine: string }; readonly output: Probe };
  /** The decision of the rules if an engine asked for this in a project. */
  readonly judge: {
    readonly input: { readonly engine: string; readonly project?: string } & Asked;
    readonly output: Verdict;
  };
}

/** A machine, as far as it is known. */
export interface MachineFacts {
  readonly name: string;
  /** `unknown`: nobody has been able to look yet. `unseen`: there is no word of it. `away`: the broker is. */
  readonly state: "up" | "gone" | "unseen" | "unknown" | "away";
  /** When it was heard last, or the broker was lost; ms since 1970, 0 if never. */
  readonly since: number;
  readonly host?: string | undefined;
  readonly version?: string | undefined;
  /** With their versions. */
  readonly engines: readonly string[];
  /** As it says itself. */
  readonly projects: readonly string[];
  readonly running: number;
  /** What does not fit the config, one sentence each. */
  readonly problems: readonly string[];
}

/** The request of an engine: exactly one of these. */
export interface Asked {
  /** A command line. */
  readonly line?: string | undefined;
  /** A file that it would change. */
  readonly path?: string | undefined;
  /** Another tool that it would use. */
  readonly tool?: string | undefined;
}

export interface DirectoryDiff {
  /** The base of the comparison, for people. */
  readonly base: string;
  readonly files: readonly FileDiff[];
  /** Whether there is more than `files` holds. */
  readonly isCut: boolean;
}
