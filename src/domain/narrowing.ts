import type { Rules } from "./policy.ts";

/** What a repository denies the runs in it. */
export interface Denials {
  readonly sandbox?: "read-only";
  readonly deny: readonly string[];
  readonly deny_paths: readonly string[];
  readonly deny_tools: readonly string[];
}

/** What a repository asks of the runs in it: it takes rights away and gives none. */
export interface Narrowing extends Denials {
  /** For the model, beside its other instructions. */
  readonly instructions?: string;
}

export const NO_NARROWING: Narrowing = { deny: [], deny_paths: [], deny_tools: [] };

/** The config's rules with a repository's denials. What may change nothing is not allowed unasked either. */
export function narrowRules<Given extends Rules>(rules: Given, denials: Denials): Given {
  const added = (key: "deny" | "deny_paths" | "deny_tools") =>
    denials[key].length === 0 ? {} : { [key]: [...(rules[key] ?? []), ...denials[key]] };
  return {
    ...rules,
    ...added("deny"),
    ...added("deny_paths"),
    ...added("deny_tools"),
    ...(denials.sandbox && rules.approvals === "allow" && { approvals: "ask" }),
  };
}
