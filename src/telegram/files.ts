import { z } from "zod";
import type { PromptFile } from "../domain/files.ts";

const Sent = z.object({
  file_id: z.string(),
  file_size: z.number().optional(),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
});

/** The fields of a message that hold a file, of Bot API 10.3. */
export const FileFields = {
  document: Sent.optional(),
  /** The same photo in several sizes, the largest last. */
  photo: z.array(Sent).optional(),
  video: Sent.optional(),
  animation: Sent.optional(),
  audio: Sent.optional(),
  video_note: Sent.optional(),
  voice: Sent.optional(),
};
type Message = z.infer<z.ZodObject<typeof FileFields>>;

/** The files of a message, besides its voice; an animation comes as a document, too. */
export function filesOf({ photo, animation, document, video, audio, video_note: note }: Message): PromptFile[] {
  const picture = photo?.at(-1);
  if (picture) return [toFile({ mime_type: "image/jpeg", file_name: "photo.jpg", ...picture })];
  const sent = document ?? animation ?? video ?? audio ?? note;
  return sent ? [toFile(sent, note ? "video.mp4" : "file")] : [];
}

export const voiceOf = ({ voice }: Message): PromptFile | undefined =>
  voice && toFile({ mime_type: "audio/ogg", ...voice }, "voice.ogg");

function toFile({ file_id, file_name, file_size, mime_type }: z.infer<typeof Sent>, name = "file"): PromptFile {
  const mime = mime_type ?? "application/octet-stream";
  return { source: file_id, name: file_name ?? name, mime, ...(file_size !== undefined && { size: file_size }) };
}
