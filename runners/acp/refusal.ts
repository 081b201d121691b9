import { endsWithin } from "../../src/engine/ends-within.ts";
import { MissingMethod } from "../../src/engine/missing-method.ts";
import { EngineError } from "../../src/errors.ts";

/** As the protocol has it. */
const AUTH_REQUIRED = -32000;
const METHOD_NOT_FOUND = -32601;

/** An agent's refusal, with the next step. */
export function toRefusal(label: string, error: unknown): EngineError {
  const { code, message, data } = asRpcError(error);
  const detail = detailOf(data);
  const said = [message, detail !== message && detail].filter(Boolean).join(": ");
  if (code === AUTH_REQUIRED || /auth(?:entication)? required/i.test(said)) {
    return new EngineError(`${label} is not logged in: run it in a terminal on this machine and log in. (${said})`);
  }
  if (code === METHOD_NOT_FOUND) return new MissingMethod(label, said, "update it if there is a newer one");
  return new EngineError(said || `${label} refused that.`, { cause: error });
}

/** @throws EngineError if the answer does not come in time, or is a refusal. */
export async function answered<Result>(
  label: string,
  what: string,
  limitMs: number,
  call: Promise<Result>,
): Promise<Result> {
  const settled = call.then(
    () => undefined,
    () => undefined,
  );
  if (!(await endsWithin(settled, limitMs))) {
    throw new EngineError(`${label} did not ${what} within ${Math.round(limitMs / 1000)} s.`);
  }
  try {
    return await call;
  } catch (error) {
    throw toRefusal(label, error);
  }
}

function asRpcError(error: unknown): { code?: unknown; message: string; data?: unknown } {
  if (typeof error !== "object" || error === null) return { message: String(error) };
  const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown };
  return { code, message: typeof message === "string" ? message : "", data };
}

function detailOf(data: unknown): string | undefined {
  if (typeof data === "string") return data;
  if (typeof data !== "object" || data === null) return undefined;
  const { details, message } = data as { details?: unknown; message?: unknown };
  return [details, message].find((text): text is string => typeof text === "string");
}
