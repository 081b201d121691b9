import type { Image } from "../../src/engine/images.ts";

/** A person's message, as claude's stream-json has it. */
export const toMessage = (text: string, images: readonly Image[]): object => {
  const shown = images.map(({ mime, base64 }) => ({
    type: "image",
    source: { type: "base64", media_type: mime, data: base64 },
  }));
  return { type: "user", message: { role: "user", content: [{ type: "text", text }, ...shown] } };
};
