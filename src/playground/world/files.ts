import type { Document, File, PhotoSize, Voice } from "@grammyjs/types";
import { badRequest } from "../bot-api/api-error.ts";
import type { UploadedFile } from "../bot-api/args.ts";

/** Bots may download up to 20 MB from the public server. */
const MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024;

interface StoredFile extends UploadedFile {
  readonly id: string;
  readonly path: string;
}

/** The files of all chats, in memory. */
export class Files {
  readonly #byId = new Map<string, StoredFile>();

  addDocument(file: UploadedFile): Document {
    const { id } = this.#add(file, "documents");
    const { name, mimeType, data } = file;
    return { file_id: id, file_unique_id: `u${id}`, file_name: name, mime_type: mimeType, file_size: data.length };
  }

  /** One size, whose width and height are made up. */
  addPhoto(file: UploadedFile): PhotoSize {
    const { id } = this.#add(file, "photos");
    return { file_id: id, file_unique_id: `u${id}`, width: 640, height: 480, file_size: file.data.length };
  }

  addVoice(file: UploadedFile, durationS: number): Voice {
    const { id } = this.#add(file, "voice");
    const { mimeType, data } = file;
    return { file_id: id, file_unique_id: `u${id}`, duration: durationS, mime_type: mimeType, file_size: data.length };
  }

  byId(id: string): UploadedFile | undefined {
    return this.#byId.get(id);
  }

  byPath(path: string): UploadedFile | undefined {
    return [...this.#byId.values()].find((file) => file.path === path);
  }

  /** @throws ApiError 400 for an unknown id or a file over 20 MB. */
  describe(id: string): File {
    const file = this.#byId.get(id);
    if (file === undefined) throw badRequest("invalid file_id");
    if (file.data.length > MAX_DOWNLOAD_BYTES) throw badRequest("file is too big");
    return { file_id: id, file_unique_id: `u${id}`, file_size: file.data.length, file_path: file.path };
  }

  #add(file: UploadedFile, folder: string): StoredFile {
    const number = this.#byId.size + 1;
    const extension = /\.[a-z0-9]{1,8}$/i.exec(file.name)?.[0] ?? "";
    const stored = { ...file, id: `file-${number}`, path: `${folder}/file_${number}${extension}` };
    this.#byId.set(stored.id, stored);
    return stored;
  }
}
