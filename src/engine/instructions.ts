import type { EngineOptions } from "./options.ts";

/** For engines that have no other place for instructions: the prompt comes behind them, in every turn. */
export const withInstructions = (prompt: string, { instructions }: Pick<EngineOptions, "instructions">): string =>
  instructions === undefined ? prompt : `<instructions>\n${instructions}\n</instructions>\n\n${prompt}`;

/** Texts for the model as one; undefined if there is none. */
export const joinTexts = (...texts: readonly (string | undefined)[]): string | undefined =>
  texts.filter((text) => text !== undefined && text !== "").join("\n\n") || undefined;
