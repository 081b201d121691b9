import type { ErrorCode } from "../errors.ts";
import type { Surface } from "../operations/operation.ts";

/** Grows when a message changes its meaning; the first line of each side names it. */
export const PROTOCOL = 1;

/** Each code as the exit code of a command. */
export const exitCodes: Readonly<Record<ErrorCode, number>> = {
  ...{ failed: 1, usage: 2, not_found: 4, busy: 5, approval_needed: 6 },
  ...{ not_allowed: 7, engine_failed: 8, no_bridge: 9, interrupted: 130 },
};

/** Each side's first line. */
export interface Hello {
  readonly protocol: number;
  /** The version of takopi. */
  readonly version: string;
}

export interface ControlRequest {
  /** Chosen by the client; the answers carry it. */
  readonly id: string;
  readonly operation: string;
  readonly input: unknown;
  /** The client's name for people; a command line by default. */
  readonly surface?: Exclude<Surface, "chat" | "run"> | undefined;
  /** Binds the call to one run, for tools inside it. */
  readonly token?: string | undefined;
}

/** Events come before the one `output` or `error` that ends a request. */
export type ControlReply =
  | { readonly id: string; readonly event: unknown }
  | { readonly id: string; readonly output: unknown }
  | { readonly id: string; readonly error: ControlError };

export interface ControlError {
  readonly code: ErrorCode;
  /** One plain sentence with the next step. */
  readonly message: string;
}

/** A failure that a surface tells with its code. */
export class OperationFailure extends Error {
  override readonly name = "OperationFailure";
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
