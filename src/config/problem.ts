import { z } from "zod";
import { isTable } from "../domain/table.ts";
import { redact } from "../log.ts";
import { nearest } from "./nearest.ts";
import { formatValue } from "./toml.ts";

type Path = readonly PropertyKey[];

const EXPECTED: Readonly<Record<string, string>> = {
  string: "text in quotes",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a table",
  record: "a table",
};

/** A key that the schema refused, and why. */
export interface Problem {
  readonly path: Path;
  /** Goes on from the key: `is 0; expected a number of at least 1.` */
  readonly text: string;
}

/** The schema's complaints about `root` in words, each with the nearest known word. Secrets are not shown. */
export function toProblems(error: z.ZodError, root: unknown, schema: z.ZodType): Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [{ path: issue.path, text: refusal(issue, root) }];
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) => ({ path: [...issue.path, key], text: `is not a known key; ${hint(key, known)}` }));
  });
}

function hint(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return near ? `did you mean ${near}?` : `known here: ${[...known].sort().join(", ") || "none"}.`;
}

function refusal(issue: z.core.$ZodIssue, root: unknown): string {
  const value = valueAt(root, issue.path);
  if (value === undefined) return `is missing; expected ${expectation(issue)}.`;
  const near =
    issue.code === "invalid_value" && typeof value === "string" ? nearest(value, issue.values.map(String)) : undefined;
  return `is ${show(value, issue.path)}; expected ${expectation(issue)}.${near ? ` Did you mean "${near}"?` : ""}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return EXPECTED[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    case "too_small":
      if (issue.origin === "string") return "text that is not empty";
      return `a number ${issue.inclusive ? "of at least" : "above"} ${issue.minimum}`;
    case "too_big":
      return `a number ${issue.inclusive ? "of at most" : "below"} ${issue.maximum}`;
    default:
      return issue.message.replace(/^must be /, "");
  }
}

/** Whether the key's name says that its value must not be shown. */
export const isSecret = (path: Path): boolean =>
  path.some((part) => /token|secret|password|api_?key|^env$/i.test(String(part)));

/** A value for an error text: short, on one line, and never a secret. */
export function show(value: unknown, path: Path): string {
  if (isSecret(path)) return "a value that is not shown";
  if (Array.isArray(value)) return "a list";
  if (isTable(value)) return "a table";
  const literal = redact(formatValue(value));
  return literal.length > 60 ? `${literal.slice(0, 57)}…` : literal;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined),
    root,
  );
}

/** The keys that a schema knows in the table at `path`; none if it takes any. */
export function knownKeys(schema: z.ZodType, path: Path): string[] {
  let node: unknown = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" });
  for (const part of path) {
    if (!isTable(node)) return [];
    const inner = isTable(node["properties"]) ? node["properties"][String(part)] : undefined;
    node = inner ?? node["additionalProperties"];
  }
  return isTable(node) && isTable(node["properties"]) ? Object.keys(node["properties"]) : [];
}
