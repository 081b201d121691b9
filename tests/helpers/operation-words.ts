import type { operations } from "../../src/operations/index.ts";

/** An input as it is typed. */
export const wordsOf = (
  { argument, operands }: (typeof operations)[number],
  example: Record<string, unknown>,
): string[] =>
  Object.entries(example).flatMap(([field, value]) => {
    const isPlaced = (operands ?? [argument]).includes(field);
    if (value === true) return [isPlaced ? field : `--${field}`];
    const text = Array.isArray(value) ? value.join(",") : String(value);
    return isPlaced ? [text] : [`--${field}`, text];
  });
