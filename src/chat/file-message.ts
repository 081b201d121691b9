import type { FileToSend } from "../bridge/send-files.ts";
import { UserError } from "../errors.ts";
import type { BinaryFile } from "./document.ts";
import { toDocument } from "./markdown/load.ts";
import type { Message } from "./transport.ts";

/** A file of a machine, for sending. @throws UserError */
export type OpenFile = (place: FileToSend["place"], path: string) => Promise<BinaryFile>;

/** The file of a delivery; one that cannot be sent any more is told. */
export async function toFileMessage(stored: string, open: OpenFile): Promise<Message> {
  const { place, path } = JSON.parse(stored) as FileToSend;
  try {
    return await open(place, path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return toDocument(`A file could not be sent: ${error.userText}`);
  }
}
