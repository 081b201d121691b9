import { sameName } from "../config/rules.ts";
import type { Engine } from "../engine/contract.ts";

interface Split {
  readonly engine: string | undefined;
  readonly value: string | undefined;
}

/** Reads `<value>`, `<engine>` or `<engine> <value>`; `named` is the engine if the words name none. */
export function splitEngine(words: string | undefined, named: string | undefined, engines: readonly Engine[]): Split {
  const [first = "", ...rest] = (words ?? "").split(/\s+/);
  const engine = engines.find(({ id }) => sameName(id, first))?.id;
  return engine === undefined
    ? { engine: named, value: words || undefined }
    : { engine, value: rest.join(" ") || undefined };
}
