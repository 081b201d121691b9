import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Heard {
  readonly path: string | undefined;
  readonly key: string | undefined;
  readonly form: FormData;
}

/** An answer, or nothing at all. */
export type Says = { readonly status?: number; readonly text: string; readonly location?: string } | "silence";

/** A transcription service that answers by a script, its last line over and over. */
export async function transcriptionService(...script: readonly Says[]) {
  const heard: Heard[] = [];
  let ask = (): void => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { "content-type": type = "", authorization: key } = request.headers;
    const isForm = type.startsWith("multipart/");
    const form = isForm
      ? await new Response(Buffer.concat(chunks), { headers: { "content-type": type } }).formData()
      : new FormData();
    heard.push({ path: request.url, key, form });
    ask();
    const says = script[Math.min(heard.length, script.length) - 1] ?? "silence";
    if (says === "silence") return;
    response.writeHead(says.status ?? 200, says.location === undefined ? {} : { location: says.location });
    response.end(says.text);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  /** `asked` resolves with the first request. */
  return { heard, asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

export const words = (text: string): Says => ({ text: JSON.stringify({ text }) });
