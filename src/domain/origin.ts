import type { GoalTerms } from "./goal.ts";

/** Who or what asked for a run. The conversation (chat and topic) decides where the run is shown and answered. */
export type Origin =
  /** A person wrote a message in the conversation. */
  | { readonly type: "message" }
  /** A person sent one of the engine's own commands. `of`: the run that failed, if it is tried again. */
  | { readonly type: "command"; readonly of?: string | undefined }
  /** `slept`: the run makes up for this time, ms since 1970. */
  | {
      readonly type: "schedule";
      readonly name: string;
      readonly slept?: { readonly from: number; readonly to: number } | undefined;
      /** Only a failure makes a sound. */
      readonly quiet?: "errors" | undefined;
    }
  /** `depth`: the number of triggers that led to it, itself included. `of`: the run that fired it. */
  | { readonly type: "trigger"; readonly name: string; readonly depth: number; readonly of?: string | undefined }
  /** `caller`: the surface that called the operation, for people. */
  | { readonly type: "operation"; readonly caller: string }
  /** One of several that were asked for together. */
  | { readonly type: "batch"; readonly of: string; readonly caller: string }
  /** A person gave the session a goal, or resumed it. `of`: the run that was cut off, if it resumes one. */
  | ({ readonly type: "goal"; readonly of?: string | undefined } & GoalTerms)
  /** The same task once more, after another run of it failed. */
  | { readonly type: "again"; readonly of: string }
  /** Resumes what another run left. */
  | { readonly type: "continuation"; readonly of: string };

/** The author of a message that another message replies to. */
export interface Author {
  readonly userId: string;
  /** The author is a bot. */
  readonly botName: string | undefined;
}
