/** A sentence about a version that the tests do not drive; undefined if they drive one of the same line. */
export function untested(version: string, tested: readonly string[] = []): string | undefined {
  const lineOf = (one: string) => one.split(".", 2).join(".");
  if (tested.length === 0 || tested.some((one) => lineOf(one) === lineOf(version))) return undefined;
  return `not a version that takopi was tested with (${tested.join(", ")})`;
}
