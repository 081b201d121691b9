import { bareLine } from "./context.ts";
import type { ResumeToken } from "./events.ts";

/** The part of an engine that recognises its resume lines. */
export interface ResumeReader {
  readonly id: string;
  readonly resume: { parse(line: string): string | undefined };
}

/**
 * The session that a text names by a resume line, which must fill a whole line. Of one engine's lines the last wins;
 * among engines the first of `engines`.
 */
export function findResume(text: string, engines: readonly ResumeReader[]): ResumeToken | undefined {
  const lines = text.split("\n").map(bareLine).reverse();
  for (const engine of engines) {
    for (const line of lines) {
      const value = engine.resume.parse(line);
      if (value !== undefined) return { engine: engine.id, value };
    }
  }
  return undefined;
}

/** The text without its resume lines, trimmed; "continue" if nothing is left. */
export function stripResume(text: string, engines: readonly ResumeReader[]): string {
  const kept = text
    .split("\n")
    .filter((line) => engines.every(({ resume }) => resume.parse(bareLine(line)) === undefined));
  return kept.join("\n").trim() || "continue";
}
