import type { Message } from "@grammyjs/types";
import { badRequest } from "../api-error.ts";
import type { Args, UploadedFile } from "../args.ts";
import { type Destination, readDestination } from "../destination.ts";
import type { MethodCall } from "../method.ts";
import { checkRichMessage } from "../rich-blocks.ts";
import { checkCaption, checkMessageText, refuseParseMode } from "../text.ts";

export function sendMessage({ world, args }: MethodCall): Message {
  const destination = readDestination(world, args);
  refuseParseMode(args.text("parse_mode"));
  const { text, entities } = checkMessageText(args.text("text"), args.json("entities"), "message is too long");
  return post({ world, args }, destination, { text, ...(entities.length > 0 && { entities: [...entities] }) });
}

export function sendRichMessage({ world, args }: MethodCall): Message {
  const destination = readDestination(world, args);
  return post({ world, args }, destination, { rich_message: checkRichMessage(args.json("rich_message"), "message") });
}

export function sendDocument({ world, args }: MethodCall): Message {
  const destination = readDestination(world, args);
  const document = readFile(args, "document", (id) => world.files.byId(id));
  return post({ world, args }, destination, { ...caption(args), document: world.files.addDocument(document) });
}

export function sendPhoto({ world, args }: MethodCall): Message {
  const destination = readDestination(world, args);
  const photo = readFile(args, "photo", (id) => world.files.byId(id));
  return post({ world, args }, destination, { ...caption(args), photo: [world.files.addPhoto(photo)] });
}

/** Counts against the flood limits last: a refused message does not use them up. */
function post(
  { world }: Pick<MethodCall, "world" | "args">,
  { room, silent, fields }: Destination,
  content: Partial<Message>,
): Message {
  world.flood.pass(room.id);
  return world.post(room, { ...fields, ...content }, silent);
}

function caption(args: Args): Pick<Message, "caption" | "caption_entities"> {
  refuseParseMode(args.text("parse_mode"));
  const { text, entities } = checkCaption(args.text("caption"), args.json("caption_entities"));
  if (text === "") return {};
  return { caption: text, ...(entities.length > 0 && { caption_entities: [...entities] }) };
}

function readFile(args: Args, name: string, known: (id: string) => UploadedFile | undefined): UploadedFile {
  if (args.text(name) === "" && args.file(name) === undefined) {
    throw badRequest(`there is no ${name} in the request`);
  }
  const file = args.file(name) ?? known(args.text(name));
  if (file === undefined) throw badRequest("wrong remote file identifier specified: Wrong string length");
  if (file.data.length === 0) throw badRequest("file must be non-empty");
  return file;
}
