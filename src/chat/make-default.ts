import { BareDirectives, conversationKey } from "../bridge/resolve.ts";
import { settingsOf } from "../bridge/settings.ts";
import { writeContext } from "../domain/context.ts";
import type { UserError } from "../errors.ts";
import type { OperationButton } from "../operations/operation.ts";
import type { Answer } from "./answers.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Incoming } from "./incoming.ts";
import { toAnswer } from "./told.ts";

/** Why nothing came of a message. Directives without a task are offered as what the conversation uses from now on. */
export function refusalOf(error: UserError, message: Incoming, parts: DispatchParts): Answer {
  const told = { body: error.userText };
  // Elsewhere each message begins a new session, and nothing stays from one to the next.
  const isOneConversation = conversationKey(message, parts.config()) !== undefined;
  if (!(error instanceof BareDirectives) || !isOneConversation) return told;
  const row = [engineButton(error.named, message, parts), projectButton(error.named, message, parts)].flat();
  return row.length === 0 ? told : toAnswer({ ...told, buttons: row.map((one) => [one]) }, message.chatId, parts);
}

type Named = BareDirectives["named"];

function engineButton({ engine, project }: Named, message: Incoming, parts: DispatchParts): OperationButton[] {
  if (engine === undefined || settingsFor(message, parts).engine(project).value === engine) return [];
  return [{ label: `Make ${engine} the default here`, operation: "agent", input: { engine } }];
}

/** A chat that belongs to a project takes no other. */
function projectButton({ project, branch }: Named, message: Incoming, parts: DispatchParts): OperationButton[] {
  const owner = [...parts.config().projects.values()].find(({ chat_id }) => String(chat_id) === message.chatId);
  const name = project ?? (branch === undefined ? undefined : settingsFor(message, parts).context()?.context.project);
  if (name === undefined || (owner && owner.alias !== name)) return [];
  const context = writeContext({ project: name, branch });
  const present = settingsFor(message, parts).context()?.context;
  if (present && writeContext(present) === context) return [];
  return [{ label: `Make ${context} the default here`, operation: "ctx", input: { context } }];
}

const settingsFor = (message: Incoming, parts: DispatchParts) =>
  settingsOf(message, { ...parts, config: parts.config() });
