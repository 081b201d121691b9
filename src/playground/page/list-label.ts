import type { RichBlockListItem } from "@grammyjs/types";

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, "m"],
  [900, "cm"],
  [500, "d"],
  [400, "cd"],
  [100, "c"],
  [90, "xc"],
  [50, "l"],
  [40, "xl"],
  [10, "x"],
  [9, "ix"],
  [5, "v"],
  [4, "iv"],
  [1, "i"],
];

/** Roman numerals are written for 1 up to this; other numbers stay decimal. */
const ROMAN_MAX = 3999;

/** The mark before a list item: its number in the requested style, its own label, or a bullet. */
export function listLabel(item: Pick<RichBlockListItem, "label" | "value" | "type">): string {
  if (item.value === undefined) return item.label || "•";
  return `${numeral(item.value, item.type ?? "1")}.`;
}

function numeral(value: number, type: NonNullable<RichBlockListItem["type"]>): string {
  if (value < 1 || !Number.isInteger(value) || type === "1") return String(value);
  if (type === "a") return letters(value);
  if (type === "A") return letters(value).toUpperCase();
  if (value > ROMAN_MAX) return String(value);
  return type === "i" ? roman(value) : roman(value).toUpperCase();
}

function letters(value: number): string {
  const rest = Math.floor((value - 1) / 26);
  const last = String.fromCharCode("a".charCodeAt(0) + ((value - 1) % 26));
  return rest === 0 ? last : letters(rest) + last;
}

function roman(value: number): string {
  let rest = value;
  let text = "";
  for (const [worth, sign] of ROMAN) {
    while (rest >= worth) {
      text += sign;
      rest -= worth;
    }
  }
  return text;
}
