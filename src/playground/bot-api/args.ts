import { badRequest } from "./api-error.ts";

/** A file that came in a multipart body. */
export interface UploadedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly data: Uint8Array;
}

/**
 * The arguments of one call. As on Telegram's server, a value may be of its JSON type or a string that holds it:
 * urlencoded and multipart bodies know strings alone.
 */
export class Args {
  readonly values: Readonly<Record<string, unknown>>;
  readonly files: ReadonlyMap<string, UploadedFile>;
  constructor(values: Readonly<Record<string, unknown>>, files: ReadonlyMap<string, UploadedFile> = new Map()) {
    this.values = values;
    this.files = files;
  }

  /** "" if absent. */
  text(name: string): string {
    const value = this.values[name];
    return value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
  }

  /** undefined if absent or not a whole number. */
  integer(name: string): number | undefined {
    const value = Number(this.text(name) || Number.NaN);
    return Number.isSafeInteger(value) ? value : undefined;
  }

  flag(name: string): boolean {
    return ["true", "1", "yes"].includes(this.text(name).toLowerCase());
  }

  /** An object or array; undefined if absent. @throws ApiError if it is neither. */
  json(name: string): unknown {
    const value = this.values[name];
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value === "object") return value;
    try {
      const parsed: unknown = JSON.parse(String(value));
      if (typeof parsed === "object") return parsed ?? undefined;
    } catch {
      // Told below, as for any other value of the wrong kind.
    }
    throw badRequest(`can't parse ${name} JSON object`);
  }

  /** The upload that the argument is or points to with `attach://`. */
  file(name: string): UploadedFile | undefined {
    const attached = /^attach:\/\/(.+)$/.exec(this.text(name))?.[1];
    return this.files.get(attached ?? name);
  }

  /** The received fields, with files as name and size; for the record of calls. */
  summary(): Record<string, unknown> {
    const files = [...this.files.values()].map((file) => ({ name: file.name, bytes: file.data.length }));
    return files.length === 0 ? { ...this.values } : { ...this.values, files };
  }
}
