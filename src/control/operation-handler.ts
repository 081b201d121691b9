import { withoutMoments } from "../domain/moment.ts";
import { UserError } from "../errors.ts";
import { call, findOperation } from "../operations/call.ts";
import type { Access, Caller } from "../operations/operation.ts";
import { type ControlRequest, OperationFailure } from "./protocol.ts";

/** What a client of the socket gets: the output as the operation's schema has it, and the same in words (Markdown). */
export interface Answered {
  readonly output: unknown;
  readonly text: string;
}

/**
 * Carries requests out as operations, asked from the main chat: what they begin is shown and answered there.
 *
 * @param access Asked for at each request, so that a changed config takes effect.
 */
export function operationHandler(access: () => Access, mainChat: () => string) {
  const nobody = { topicId: undefined, messageId: undefined, userId: undefined, isPrivate: false, reply: undefined };
  return async ({ operation: name, input }: ControlRequest): Promise<Answered> => {
    const now = access();
    const caller: Caller = { surface: "cli", place: { chatId: mainChat(), ...nobody } };
    const operation = findOperation(now.operations, name);
    if (!operation) throw new OperationFailure("usage", `There is no operation "${name}".`);
    try {
      const { output, told } = await call(operation, { access: now, input, caller });
      return { output, text: withoutMoments(told.body) };
    } catch (cause) {
      throw cause instanceof UserError ? new OperationFailure(cause.code, cause.userText, { cause }) : cause;
    }
  };
}
