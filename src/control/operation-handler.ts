import { withoutMoments } from "../domain/moment.ts";
import { RUN_OVER } from "../engine/pass.ts";
import { UserError } from "../errors.ts";
import { call, findOperation } from "../operations/call.ts";
import { insideOperations } from "../operations/inside/index.ts";
import type { Access, Caller, OnDelivery, Operation } from "../operations/operation.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { type ControlRequest, OperationFailure } from "./protocol.ts";

/** The answer to a client of the socket: the output in the operation's schema, and the same in words (Markdown). */
export interface Answered {
  readonly output: unknown;
  readonly text: string;
}

/** A part of the output of an operation that reports while it works. */
export interface ToldEvent {
  readonly event: unknown;
  /** The same in words; absent if it is for machines alone. */
  readonly text?: string | undefined;
}

const nobody = { topicId: undefined, messageId: undefined, userId: undefined, isPrivate: false, reply: undefined };

/** A run acts in its own conversation. */
const placeOf = ({ chatId, topicId, messageId }: StoredRun) => ({
  ...{ ...nobody, chatId, topicId: topicId ?? undefined, messageId: messageId ?? undefined },
});

/** The run that has this token. It may do nothing but what runs may. */
function requireRun(token: string, { bridge, store }: Access): StoredRun {
  const run = store.runs.get(bridge.tickets.passes.runOf(token) ?? "");
  if (run) return run;
  throw new OperationFailure("not_allowed", RUN_OVER);
}

/**
 * Carries requests out as operations, asked from the main chat: what they begin is shown and answered there.
 *
 * @param access Asked for at each request, so that a changed config takes effect.
 */
export function operationHandler(access: () => Access, mainChat: () => string) {
  return async (
    { operation: name, input, token, surface = "cli" }: Omit<ControlRequest, "id">,
    emit: (event: unknown) => void,
    signal: AbortSignal,
    onDelivery?: OnDelivery,
  ): Promise<Answered> => {
    const now = access();
    const run = token === undefined ? undefined : requireRun(token, now);
    const operation = findOperation(run ? insideOperations : now.operations, name);
    if (!operation) throw new OperationFailure("usage", `There is no operation "${name}".`);
    const tell = (event: unknown) => emit({ event, text: operation.tellEvent?.(event) } satisfies ToldEvent);
    const caller: Caller = run
      ? { surface: "run", place: placeOf(run), run: run.id, emit: tell, signal, onDelivery }
      : { surface, place: { chatId: mainChat(), ...nobody }, emit: tell, signal };
    if (operation.isForPeople && surface === "mcp") {
      throw new OperationFailure("not_allowed", `Only a person may call "${name}".`);
    }
    return answer(operation, { access: now, input, caller });
  };
}

async function answer(operation: Operation, asked: Parameters<typeof call>[1]): Promise<Answered> {
  try {
    const { output, told } = await call(operation, asked);
    const text = withoutMoments([told.body, ...(told.next === undefined ? [] : [told.next])].join("\n\n"));
    return { output, text: told.file ? `${text}\n\n${told.file.text}` : text };
  } catch (cause) {
    throw cause instanceof UserError ? new OperationFailure(cause.code, cause.userText, { cause }) : cause;
  }
}
