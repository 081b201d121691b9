import { z } from "zod";
import { beginningOf } from "../../src/domain/cut.ts";

/** How providers wrap their message: OpenAI's flat and nested forms, Anthropic's and Google's nested ones. */
const ErrorBody = z.union([
  z.object({ error: z.object({ message: z.string().min(1) }) }).transform((body) => body.error.message),
  z.object({ message: z.string().min(1) }).transform((body) => body.message),
]);

/** In characters: enough for a message and its cause, not for a page of HTML. */
const ERROR_LENGTH = 1000;

/** A model's error as pi quotes it (`400: {"message":…}`, `400 {"error":{…}}`, plain text), without the JSON. */
export function toReadableError(text: string): string {
  const start = text.indexOf("{");
  const message = start === -1 ? undefined : readMessage(text.slice(start));
  const head = text.slice(0, start).replace(/[:\s]+$/, "");
  const readable = message === undefined ? text : [head, message].filter(Boolean).join(": ");
  return beginningOf(readable.trim(), ERROR_LENGTH);
}

function readMessage(json: string): string | undefined {
  try {
    return ErrorBody.safeParse(JSON.parse(json)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
