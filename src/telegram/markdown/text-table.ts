import width from "fast-string-width";
import { clean } from "../../chat/markdown/clean.ts";
import { type Align, type Table, textOf } from "../../chat/markdown/tree.ts";

/** In columns of text: a cell wider than this is not cut, but the others are not widened to it. */
const MAX_CELL_WIDTH = 40;

/** A table as lines of aligned text, for a font of one width. */
export function layTable({ align, rows }: Table): string {
  const cells = rows.map((row) => align.map((_, column) => oneLine(textOf(row[column] ?? []))));
  const widths = align.map((_, column) =>
    Math.min(MAX_CELL_WIDTH, Math.max(3, ...cells.map((row) => width(row[column] ?? "")))),
  );
  const lines = cells.map((row) => layRow(row, widths, align));
  const rule = widths.map((width) => "─".repeat(width)).join("─┼─");
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

function layRow(row: readonly string[], widths: readonly number[], align: readonly Align[]): string {
  return row
    .map((cell, column) => pad(cell, (widths[column] ?? 0) - width(cell), align[column]))
    .join(" │ ")
    .trimEnd();
}

function pad(cell: string, missing: number, align: Align | undefined): string {
  const spaces = Math.max(0, missing);
  const before = align === "right" ? spaces : align === "center" ? Math.floor(spaces / 2) : 0;
  return " ".repeat(before) + cell + " ".repeat(spaces - before);
}

const oneLine = (text: string) => clean(text).replace(/\s+/g, " ").trim();
