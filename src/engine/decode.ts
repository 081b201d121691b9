import type { z } from "zod";
import { parseJson } from "./json.ts";
import { UNKNOWN_KIND } from "./unknown-kinds.ts";

/** A zod union of the line types that an engine prints; what it does not name is counted and skipped. */
export type NativeUnion = z.ZodDiscriminatedUnion<z.ZodObject<{ type: z.ZodLiteral<string> }>[]>;

export type Decoded<Event> =
  | { readonly kind: "event"; readonly event: Event }
  | { readonly kind: "malformed" }
  | { readonly kind: "skipped" }
  | { readonly kind: typeof UNKNOWN_KIND; readonly type: string }
  /** `where` names the first field that is not as expected, never its content. */
  | { readonly kind: "unexpected_shape"; readonly type: string; readonly where: string };

const MALFORMED = { kind: "malformed" } as const;
const SKIPPED = { kind: "skipped" } as const;
const OBJECT = /\{\s*"/;

/**
 * Reads one line of an engine. Only types that the union names are checked against it: the rest costs a parse.
 *
 * @param skip beginnings of lines that are dropped unread; spaced in another way they are dropped here.
 */
export function createDecoder<Union extends NativeUnion>(
  union: Union,
  skip: readonly string[] = [],
): (line: string) => Decoded<z.infer<Union>> {
  const known = new Set(union.options.flatMap((option) => [...option.shape.type.values]));
  return (line) => {
    const value = parseObject(line, OBJECT);
    const type = typeOf(value);
    if (type === undefined) return MALFORMED;
    if (!known.has(type)) {
      return skip.some((head) => head.startsWith(`{"type":"${type}"`)) ? SKIPPED : { kind: UNKNOWN_KIND, type };
    }
    const result = union.safeParse(value);
    if (result.success) return { kind: "event", event: result.data };
    const issue = result.error.issues[0];
    return { kind: "unexpected_shape", type, where: `${issue?.path.join(".") ?? ""}: ${issue?.code ?? ""}` };
  };
}

/** Other words may quote an object themselves, and each try reads the rest of the line. */
const MAX_TRIES = 8;

/**
 * The JSON of a line; undefined if there is none. Plugins and update notices print without a line end, so that other
 * words may come before an object: the object is searched for where `start` matches.
 */
export function parseObject(line: string, start: RegExp): unknown {
  const whole = parseJson(line);
  if (whole !== undefined) return whole;
  const signs = line.matchAll(new RegExp(start, "g"));
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const next = signs.next();
    if (next.done) return undefined;
    const found = parseJson(line.slice(next.value.index));
    if (found !== undefined) return found;
  }
  return undefined;
}

function typeOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  return typeof value.type === "string" ? value.type : undefined;
}
