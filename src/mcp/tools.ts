import type { Operation } from "../operations/operation.ts";

/** The operations that other agents and editors get: all that read, and those that write if the config allows them. */
export const toolsFor = (operations: readonly Operation[], allowed: readonly string[]): readonly Operation[] =>
  operations.filter(
    ({ name, intent, isForPeople }) => isForPeople !== true && (intent === "read" || allowed.includes(name)),
  );

/** The names that the config may allow. */
export const allowable = (operations: readonly Operation[]): readonly string[] =>
  operations.filter(({ intent, isForPeople }) => isForPeople !== true && intent !== "read").map(({ name }) => name);
