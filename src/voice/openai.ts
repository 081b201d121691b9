import { BOUNDS } from "../bounds.ts";
import { readSecret } from "../config/secret.ts";
import { OPENAI_URL, type VoiceService } from "../config/voice.ts";
import { UserError } from "../errors.ts";
import { requirePublic } from "./private-address.ts";

export interface ServiceParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** The key that the config gives. @throws UserError if it is missing. */
export function keyOf({ apiKey, baseUrl }: VoiceService, { env }: Pick<ServiceParts, "env">): string | undefined {
  if (typeof apiKey === "string") return apiKey;
  const key = apiKey && readSecret(apiKey, env);
  const isNeeded = baseUrl === OPENAI_URL || (apiKey && !("env" in apiKey && apiKey.env === "OPENAI_API_KEY"));
  if (key !== undefined || !isNeeded) return key;
  throw new UserError(
    "The transcription service needs a key: set `voice.api_key`, or OPENAI_API_KEY for OpenAI's own.",
  );
}

/**
 * Has a service make text of a recording.
 *
 * @throws UserError for what a setting must fix; any other error may pass.
 */
export async function askService(service: VoiceService, audio: Blob, parts: ServiceParts): Promise<string> {
  const form = new FormData();
  form.set("model", service.model);
  if (service.language !== undefined) form.set("language", service.language);
  // Services tell the format by the name.
  form.set("file", audio, "voice.ogg");
  const { status, text } = await call(service, { path: "/audio/transcriptions", body: form }, parts);
  if (status === 200) return transcriptIn(text);
  const said = `the transcription service answers ${status}${reasonIn(text)}`;
  if (status === 408 || status === 429 || status >= 500) throw new Error(said);
  const key = status === 401 || status === 403 ? "`voice.api_key`" : "`voice.base_url` and `voice.model`";
  throw new UserError(`${said[0]?.toUpperCase()}${said.slice(1)}: check ${key}.`);
}

interface Problem {
  readonly detail: string;
  readonly fix: string;
}

/** The problem with a service, as far as a question without cost tells. */
export async function serviceProblem(service: VoiceService, parts: ServiceParts): Promise<Problem | undefined> {
  try {
    const { status } = await call(service, { path: "/models" }, parts);
    if (status !== 401 && status !== 403) return undefined;
    return { detail: `the service answers ${status}`, fix: "Check voice.api_key." };
  } catch (error) {
    if (!(error instanceof UserError)) return { detail: causeOf(error), fix: "Check voice.base_url and the network." };
    const [detail = "", fix = ""] = error.userText.replaceAll("`", "").split(": ");
    return { detail, fix: `${fix[0]?.toUpperCase()}${fix.slice(1)}` };
  }
}

/** The network's message about a failed call. */
export function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: inner } = (cause ?? {}) as NodeJS.ErrnoException;
  return code ?? inner ?? message;
}

interface Call {
  readonly path: string;
  readonly body?: FormData;
}

async function call(service: VoiceService, { path, body }: Call, { env, signal }: ServiceParts) {
  const key = keyOf(service, { env });
  if (!service.allowPrivate) await requirePublic(service.baseUrl, signal);
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  // A redirect could lead to a private address, and would get the key.
  const request = { headers, redirect: "manual", signal } as const;
  const response = await fetch(`${service.baseUrl}${path}`, body ? { ...request, method: "POST", body } : request);
  return { status: response.status, text: await textOf(response) };
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > BOUNDS.voice.answerBytes)
      throw new UserError("The transcription service answers without end: check `voice.base_url`.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function transcriptIn(text: string): string {
  const found = fieldsOf(text)?.["text"];
  if (typeof found === "string") return found;
  throw new UserError("The transcription service sends no text: check `voice.base_url`.");
}

/** The error in OpenAI's form, if it is in that form. */
function reasonIn(text: string): string {
  const { message } = Object(fieldsOf(text)?.["error"]) as { message?: unknown };
  return typeof message === "string" ? ` ("${message.replace(/\s+/g, " ").slice(0, 200)}")` : "";
}

function fieldsOf(text: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
