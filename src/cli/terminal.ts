import { pipeline } from "node:stream/promises";
import width from "fast-string-width";
import { visibleLine } from "../domain/visible.ts";
import type { Context } from "./command.ts";

/** Whether a person is there to be asked. `TAKOPI_NO_INTERACTIVE` says no. */
export function isInteractive({ env, stdin, stdout }: Context): boolean {
  return stdin.isTTY === true && stdout.isTTY === true && !env["TAKOPI_NO_INTERACTIVE"];
}

/** Rows with their columns aligned; the last column is not padded. Nothing in a cell is hidden. */
export function formatColumns(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(visibleLine));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ""))));
  const pad = (cell: string, column: number) => cell + " ".repeat((widths[column] ?? 0) - width(cell));
  const lines = rows.map((row) => row.map((cell, column) => pad(cell, column)).join("  "));
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/** Writes as fast as the reader takes it; a reader that goes away (`| head`) ends the writing, and is no error. */
export async function printLines(lines: AsyncIterable<string>, output: NodeJS.WritableStream): Promise<void> {
  try {
    await pipeline(lines, output, { end: false });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) throw error;
  }
}
