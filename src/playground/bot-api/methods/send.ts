import type { Message } from "@grammyjs/types";
import type { World } from "../../world/world.ts";
import { badRequest } from "../api-error.ts";
import type { Args, UploadedFile } from "../args.ts";
import { type Destination, readDestination } from "../destination.ts";
import type { MethodCall } from "../method.ts";
import { readRichMessage } from "../rich-blocks.ts";
import { checkCaption, checkMessageText, refuseParseMode } from "../text.ts";

export function sendMessage({ world, args }: MethodCall): Message {
  const destination = readDestination(world, args, "text messages");
  refuseParseMode(args.text("parse_mode"));
  const { text, entities } = checkMessageText(args.text("text"), args.json("entities"), "message is too long");
  return post({ world, args }, destination, { text, ...(entities.length > 0 && { entities: [...entities] }) });
}

export function sendRichMessage({ world, args }: MethodCall): Message {
  const destination = readDestination(world, args, "text messages");
  return post({ world, args }, destination, { rich_message: readRichMessage(world, args, "message") });
}

export function sendDocument({ world, args }: MethodCall): Message {
  const destination = readDestination(world, args, "documents");
  const document = readFile(world, args, "document");
  return post({ world, args }, destination, { ...caption(args), document: world.files.addDocument(document) });
}

export function sendPhoto({ world, args }: MethodCall): Message {
  const destination = readDestination(world, args, "photos");
  const photo = checkPhoto(readFile(world, args, "photo"));
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

export function caption(args: Args): Pick<Message, "caption" | "caption_entities"> {
  refuseParseMode(args.text("parse_mode"));
  const { text, entities } = checkCaption(args.text("caption"), args.json("caption_entities"));
  if (text === "") return {};
  return { caption: text, ...(entities.length > 0 && { caption_entities: [...entities] }) };
}

/** The file that an argument brings along, points to, or names by its id. @throws ApiError 400 */
export function readFile(world: World, args: Args, name: string): UploadedFile {
  if (args.text(name) === "" && args.file(name) === undefined) {
    throw badRequest(`there is no ${name} in the request`);
  }
  const file = args.file(name) ?? world.files.byId(args.text(name));
  if (file === undefined) throw badRequest("wrong remote file identifier specified: Wrong string length");
  if (file.data.length === 0) throw badRequest("file must be non-empty");
  return file;
}

const MAX_PHOTO_BYTES = 10 * 1024 * 1024;
/** How PNG, JPEG, GIF and WebP files begin. */
const PICTURE = /^(?:\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP)/s;

/** @throws ApiError 400 for what is no picture or too large for one. */
export function checkPhoto(file: UploadedFile): UploadedFile {
  const { length } = file.data;
  if (length > MAX_PHOTO_BYTES) {
    throw badRequest(
      `file of size ${length} bytes is too big for a photo; the maximum size is ${MAX_PHOTO_BYTES} bytes`,
    );
  }
  if (!PICTURE.test(Buffer.from(file.data.subarray(0, 12)).toString("latin1")))
    throw badRequest("IMAGE_PROCESS_FAILED");
  return file;
}
