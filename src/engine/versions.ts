/** Versions of one line differ in small things alone: `1.5` of `1.5.2`. */
const lineOf = (version: string): string => version.split(".", 2).join(".");

/** A sentence about a version that the tests do not drive; undefined if they drive one of the same line. */
export function untested(version: string, tested: readonly string[] = []): string | undefined {
  if (tested.length === 0 || tested.some((one) => lineOf(one) === lineOf(version))) return undefined;
  return `not a version that takopi was tested with (${tested.join(", ")})`;
}

/**
 * The line that a version belongs to, or else the newest line before it; the oldest one for a version that is older.
 *
 * @param lines The oldest first. The newest of them stands for an unknown version.
 */
export function lineFor(version: string | undefined, lines: readonly string[]): string {
  const isUpTo = (line: string) => version === undefined || compare(line, lineOf(version)) <= 0;
  return lines.findLast(isUpTo) ?? lines[0] ?? "";
}

const compare = (one: string, other: string): number => one.localeCompare(other, "en", { numeric: true });
