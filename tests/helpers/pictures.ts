import { crc32, deflateSync } from "node:zlib";

/** A real PNG of one dot; each colour, 0 to 255, is other bytes. */
export function dot(red: number): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.from([0, red, 0, 0]))), chunk("IEND")];
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...parts]);
}

function chunk(type: string, data = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** As the emulator takes it from a person. */
export const photo = (red = 200) => ({ name: "photo.png", mimeType: "image/png", data: dot(red) });
export const textDocument = (name: string, text: string) => ({ name, mimeType: "text/plain", data: Buffer.from(text) });
