import { badRequest } from "./api-error.ts";
import type { UploadedFile } from "./args.ts";

const HEADER_END = Buffer.from("\r\n\r\n");

/**
 * Splits a `multipart/form-data` body. Written here because grammY leaves file names unquoted, spaces and all, which
 * the parser inside Node's `Response.formData()` refuses.
 *
 * @throws ApiError on a body that does not keep to its boundary.
 */
export function parseMultipart(body: Buffer, boundary: string) {
  const values: Record<string, string> = {};
  const files = new Map<string, UploadedFile>();
  for (const part of partsOf(body, boundary)) {
    const headerEnd = part.indexOf(HEADER_END);
    if (headerEnd < 0) throw badRequest("can't parse multipart body");
    const header = part.subarray(0, headerEnd).toString();
    const data = part.subarray(headerEnd + HEADER_END.length);
    const name = parameter(header, "name");
    if (name === undefined) throw badRequest("can't parse multipart body");
    const fileName = parameter(header, "filename");
    if (fileName === undefined) values[name] = data.toString();
    else files.set(name, { name: fileName, mimeType: typeOf(header), data: Uint8Array.from(data) });
  }
  return { values, files };
}

function* partsOf(body: Buffer, boundary: string): Generator<Buffer> {
  const first = Buffer.from(`--${boundary}`);
  const between = Buffer.from(`\r\n--${boundary}`);
  let end = body.indexOf(first);
  if (end < 0) throw badRequest("can't parse multipart body");
  let start = end + first.length;
  while (body.subarray(start, start + 2).toString() === "\r\n") {
    end = body.indexOf(between, start);
    if (end < 0) throw badRequest("can't parse multipart body");
    yield body.subarray(start + 2, end);
    start = end + between.length;
  }
}

function parameter(header: string, name: string): string | undefined {
  const match = new RegExp(`[;\\s]${name}=(?:"([^"]*)"|([^;\\r\\n]*))`, "i").exec(header);
  return match?.[1] ?? match?.[2];
}

function typeOf(header: string): string {
  return /^content-type:\s*([^\s;]+)/im.exec(header)?.[1] ?? "application/octet-stream";
}
