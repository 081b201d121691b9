import { randomInt } from "node:crypto";
import type { Message } from "@grammyjs/types";
import { badRequest } from "../api-error.ts";
import { Args } from "../args.ts";
import { readDestination } from "../destination.ts";
import type { MethodCall } from "../method.ts";
import { caption, checkPhoto, readFile } from "./send.ts";

/** An album of 2 to 10 photos, or of as many documents. It counts once against the flood limits. */
export function sendMediaGroup({ world, args }: MethodCall): Message[] {
  const media = args.json("media");
  if (!Array.isArray(media) || media.length < 2 || media.length > 10) {
    throw badRequest("there must be from 2 to 10 messages to send");
  }
  const kinds = new Set(media.map(({ type }) => String(type)));
  if (kinds.size > 1) throw badRequest("document can't be mixed with other media types");
  const isPhoto = kinds.has("photo");
  if (!isPhoto && !kinds.has("document")) throw badRequest("wrong input media type specified");
  const { room, silent, fields } = readDestination(world, args, isPhoto ? "photos" : "documents");
  const album = { media_group_id: String(randomInt(1e12)) };
  const contents = media.map((item): Partial<Message> => {
    const part = new Args(item, args.files);
    const file = readFile(world, part, "media");
    const content = isPhoto
      ? { photo: [world.files.addPhoto(checkPhoto(file))] }
      : { document: world.files.addDocument(file) };
    return { ...fields, ...caption(part), ...album, ...content };
  });
  world.flood.pass(room.id);
  return contents.map((content) => world.post(room, content, silent));
}
