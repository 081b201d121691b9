import type { z } from "zod";
import { parseJson } from "./json.ts";

/** A zod union of the line types that an engine prints; what it does not name is counted and skipped. */
export type NativeUnion = z.ZodDiscriminatedUnion<z.ZodObject<{ type: z.ZodLiteral<string> }>[]>;

export type Decoded<Event> =
  | { readonly kind: "event"; readonly event: Event }
  | { readonly kind: "malformed" }
  | { readonly kind: "unknown_type"; readonly type: string }
  /** `where` names the first field that is not as expected, never its content. */
  | { readonly kind: "unexpected_shape"; readonly type: string; readonly where: string };

const MALFORMED = { kind: "malformed" } as const;

/** Reads one line of an engine. Only types that the union names are checked against it: the rest costs a parse. */
export function createDecoder<Union extends NativeUnion>(union: Union): (line: string) => Decoded<z.infer<Union>> {
  const known = new Set(union.options.flatMap((option) => [...option.shape.type.values]));
  return (line) => {
    const value = parseJson(line);
    const type = typeOf(value);
    if (type === undefined) return MALFORMED;
    if (!known.has(type)) return { kind: "unknown_type", type };
    const result = union.safeParse(value);
    if (result.success) return { kind: "event", event: result.data };
    const issue = result.error.issues[0];
    return { kind: "unexpected_shape", type, where: `${issue?.path.join(".") ?? ""}: ${issue?.code ?? ""}` };
  };
}

function typeOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  return typeof value.type === "string" ? value.type : undefined;
}
