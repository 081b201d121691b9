import { formatElapsed } from "../domain/elapsed.ts";
import { RichString } from "./rich-string.ts";

/** What every message of a run says of it. */
export interface Frame {
  /** `working`, `done`, `cancelled` and so on. */
  readonly label: string;
  readonly engine: string;
  readonly elapsedMs: number;
  readonly steps: number;
  /** `ctx: web @feat/x` */
  readonly context?: string | undefined;
  readonly resumeLine?: string | undefined;
}

/** `working · codex · 1m 05s · step 3`; a cancelled run's label stands in code. */
export function headerOf({ label, engine, elapsedMs, steps }: Frame, more?: string): RichString {
  const header = new RichString();
  if (label === "cancelled") header.code(label);
  else header.add(label);
  header.add(` · ${engine} · ${formatElapsed(elapsedMs)}`);
  if (steps > 0) header.add(` · step ${steps}`);
  return more === undefined ? header : header.add(` · ${more}`);
}

/** Context and resume line, each in code; empty where there is neither. */
export function footerOf({ context, resumeLine }: Frame): RichString {
  const footer = new RichString();
  for (const line of [context, resumeLine]) {
    if (line === undefined) continue;
    footer.add(footer.text === "" ? "" : "\n").code(line);
  }
  return footer;
}

/** Pieces with a blank line between them; empty ones are left out. */
export function joinPieces(pieces: readonly RichString[]): RichString {
  const whole = new RichString();
  for (const piece of pieces) {
    if (piece.text === "") continue;
    whole.add(whole.text === "" ? "" : "\n\n").append(piece);
  }
  return whole;
}
