import { settingsOf } from "../bridge/settings.ts";
import { namesOf } from "../operations/call.ts";
import { operations } from "../operations/index.ts";
import { addressedAlbums } from "./addressed.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Incoming, Received } from "./incoming.ts";
import type { IntentParts } from "./intent.ts";
import type { Joiner } from "./join.ts";

/** Everything that decides what the messages of a batch are. */
export function intentParts(
  batch: readonly Received[],
  { config, engines, store, botName }: DispatchParts,
  joiner: Joiner,
): IntentParts {
  const { projects, presets } = config();
  const names = [...engines.map(({ id }) => id), ...projects.keys(), ...presets.keys()];
  const directives = names.map((name) => name.toLowerCase());
  const address = { botName, directives, commands: namesOf(operations) };
  const albums = addressedAlbums(batch, address);
  const isOpen = (message: Incoming) =>
    albums.has(message.albumId ?? "") ||
    settingsOf(message, { config: config(), engines, store }).trigger().value !== "mentions" ||
    joiner.isExpected(message);
  return { ...address, store, isOpen, mayContinue: (message) => joiner.mayContinue(message) };
}
