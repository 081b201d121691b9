import { parseCommand } from "../domain/directives.ts";
import type { Incoming, Received } from "./incoming.ts";

/** How a message can say that it is for the bot. */
export interface Address {
  /** Without `@`. */
  readonly botName: string;
  /** Engines and projects, in lower case. */
  readonly directives: readonly string[];
  readonly commands: readonly string[];
}

/** Whether a message mentions the bot, replies to a program, or begins with a command or directive of ours. */
export function isAddressed({ text, reply }: Incoming, { botName, directives, commands }: Address): boolean {
  if (reply?.isByBot) return true;
  const command = parseCommand(text);
  if (command?.bot === undefined && command && [...directives, ...commands].includes(command.name)) return true;
  return (text.match(/@\w+/g) ?? []).some((mention) => mention.slice(1).toLowerCase() === botName.toLowerCase());
}

/** The albums of which one message is addressed, so that all of it is. */
export function addressedAlbums(batch: readonly Received[], address: Address): ReadonlySet<string> {
  const messages = batch.flatMap((received) => ("message" in received ? received.message : []));
  return new Set(messages.flatMap((one) => (one.albumId && isAddressed(one, address) ? one.albumId : [])));
}
