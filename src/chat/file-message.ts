import type { FileToSend } from "../bridge/send-files.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import type { BinaryFile } from "./document.ts";
import { toDocument } from "./markdown/load.ts";
import type { Message } from "./transport.ts";

/** A file of a machine, for sending. @throws UserError */
export type OpenFile = (place: FileToSend["place"], path: string) => Promise<BinaryFile & { readonly version: string }>;

/** The file of a delivery; one that cannot be sent any more is told. Its bytes are checked again at each try. */
export async function toFileMessage(stored: string, open: OpenFile): Promise<Message> {
  const { place, path, version } = JSON.parse(stored) as FileToSend;
  const openNow = async () => {
    const file = await open(place, path);
    if (version === undefined || file.version === version) return file;
    throw new UserError(
      `${inlineCode(path)} was changed before it was sent: ${inlineCode(`/file get ${path}`)} sends it as it is now.`,
    );
  };
  try {
    return { ...(await openNow()), bytes: () => bytesOf(openNow, version) };
  } catch (error) {
    if (error instanceof UserError) return notSent(error);
    throw error;
  }
}

async function* bytesOf(open: () => Promise<BinaryFile>, version: string | undefined) {
  yield* (await open()).bytes();
  // The bytes are read anew, those of another machine a good while later.
  if (version !== undefined) await open();
}

/** The text in place of a file. */
export const notSent = ({ userText }: UserError): Promise<Message> =>
  toDocument(`A file could not be sent: ${userText}`);
