import type { NewDelivery } from "../store/deliveries.ts";
import type { FilePlace, Outgoing, ReadableFile, SentFile } from "../worker/port.ts";
import type { BridgeOptions } from "./options.ts";

/** A file that a delivery is, on the machine of its place. */
export interface FileToSend extends SentFile {
  readonly place: FilePlace;
}

/** Where a file goes; a reply to it continues the run. */
export type FileTarget = Pick<NewDelivery, "chatId" | "topicId" | "replyTo" | "runId">;

interface Where {
  readonly place: FilePlace;
  readonly target: FileTarget;
  /** Told its size in bytes before the file is stored. @throws UserError if it is not to be sent. */
  readonly admit?: (size: number) => void;
}

/**
 * Stores a file of a place as something to be delivered; it is sent until it is there.
 *
 * @throws UserError if it cannot be sent.
 */
export async function sendFile(
  path: string,
  { place, target, admit }: Where,
  { worker, store, screens, now }: Pick<BridgeOptions, "worker" | "store" | "screens" | "now">,
): Promise<Omit<SentFile, "path"> & Pick<ReadableFile, "leftOut">> {
  const { name, size, mime, leftOut } = await worker.read(place, path);
  admit?.(size);
  store.durably(() => store.deliveries.add(toDelivery({ path, name, size, mime }, { place, target }, now())));
  screens.deliver();
  return { name, size, mime, leftOut };
}

/** The deliveries of a run's outbox. */
export function toDeliveries({ files, problems }: Outgoing, where: Where, createdAt: number): NewDelivery[] {
  const sent = files.map((file) => toDelivery(file, where, createdAt));
  if (problems.length === 0) return sent;
  const body = ["Not everything in `.takopi/outbox` was sent:", ...problems.map((problem) => `- ${problem}`)].join(
    "\n",
  );
  return [...sent, { ...where.target, body, createdAt, isSilent: true }];
}

function toDelivery(file: SentFile, { place, target }: Where, createdAt: number): NewDelivery {
  const toSend: FileToSend = { ...file, place };
  return { ...target, body: file.name, file: JSON.stringify(toSend), createdAt, isSilent: true };
}
