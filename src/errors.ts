/** The kinds of failure, the same on every surface. */
export type ErrorCode =
  | "failed"
  | "usage"
  | "not_found"
  | "busy"
  | "approval_needed"
  | "not_allowed"
  | "engine_failed"
  | "no_bridge"
  | "interrupted";

/** A failure that the person who asks caused or can fix. `userText` is all that they see. */
export class UserError extends Error {
  override readonly name = "UserError";
  /** One plain sentence with the next step; never holds a token or a stack. */
  readonly userText: string;
  readonly code: ErrorCode;
  constructor(userText: string, options: { cause?: unknown; code?: ErrorCode } = {}) {
    super(userText, options);
    this.userText = userText;
    this.code = options.code ?? "failed";
  }
}

/** Bad configuration or usage: printed as one line without a stack; exit code 2. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** An engine that could not be started or broke its protocol. `run.ts` turns it into a `completed` event. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  /** The end of what the process wrote to stderr, without terminal codes; "" if there is none. */
  readonly stderr: string;
  constructor(message: string, options: { cause?: unknown; stderr?: string } = {}) {
    super(message, options);
    this.stderr = options.stderr ?? "";
  }
}

/** The text of any error that a chat may read; `ref` leads from the chat to the log line. */
export function userText(error: unknown, ref: string): string {
  return error instanceof UserError
    ? error.userText
    : `Something broke on my side (ref ${ref}). The log has the cause.`;
}

/** The same without the marks of code, for what is not read as Markdown, such as the error of a run. */
export const plainUserText = (error: unknown, ref: string): string => userText(error, ref).replaceAll("`", "");
