import { z } from "zod";
import type { OperationButton } from "./operation.ts";

/** These words take a choice back. */
export const DEFAULT = "default";

/** A person's choice, also in Takopi's spelling: `set <value>`, `set` alone, `clear`, `clear <engine>`, `show`. */
export const choice = z
  .string()
  .transform((words) => {
    const [verb = "", ...rest] = words.trim().split(/\s+/);
    if (verb === "set") return rest.join(" ");
    if (verb === "clear") return [...rest, DEFAULT].join(" ");
    return verb === "show" && rest.length === 0 ? "" : words.trim();
  })
  .optional();

export interface Option {
  readonly label: string;
  readonly isPresent: boolean;
  readonly input: Readonly<Record<string, unknown>>;
}

/** In buttons: longer rows have no room for their labels. */
const ROW = 3;

/** Options as buttons with the present one marked, and below them the way to take the choice back and to go back. */
export function choiceButtons(
  operation: string,
  options: readonly Option[],
  { reset, perRow = ROW }: { readonly reset: Option["input"] | undefined; readonly perRow?: number },
): OperationButton[][] {
  const rows = optionRows(operation, options, perRow);
  const back = { label: "‹ Settings", operation: "settings", input: {} };
  return [...rows, reset ? [{ label: "Default", operation, input: reset }, back] : [back]];
}

/** Options as buttons, with those in force marked. */
export function optionRows(operation: string, options: readonly Option[], perRow = ROW): OperationButton[][] {
  const buttons = options.map(({ label, isPresent, input }) => ({
    ...{ label: isPresent ? `✓ ${label}` : label, operation, input },
  }));
  return Array.from({ length: Math.ceil(buttons.length / perRow) }, (_, row) =>
    buttons.slice(row * perRow, (row + 1) * perRow),
  );
}
