/** Telegram's clients cut what a person writes at this many UTF-16 units. */
const MAX_TEXT_UNITS = 4096;

/** A long text as several messages, cut after a newline or a space where there is one, never inside a character. */
export function splitText(text: string, maxUnits = MAX_TEXT_UNITS): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > maxUnits) {
    const cut = cutPlace(rest, maxUnits);
    parts.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).replace(/^\n+/, "");
  }
  return [...parts, rest].filter((part) => part.trim() !== "");
}

function cutPlace(text: string, maxUnits: number): number {
  const head = text.slice(0, maxUnits);
  for (const mark of ["\n", " "]) {
    const at = head.lastIndexOf(mark);
    if (at > maxUnits / 2) return at + 1;
  }
  const last = head.charCodeAt(maxUnits - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return splitsPair ? maxUnits - 1 : maxUnits;
}
