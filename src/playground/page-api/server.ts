import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../bot-api/body.ts";
import type { World } from "../world/world.ts";
import { streamEvents } from "./events.ts";
import { findForeignHost, findIntruder } from "./guard.ts";
import { editFromPage, PageError, pressFromPage, sendFromPage, stopFromPage, uploadFromPage } from "./requests.ts";
import { PAGE_HEADERS, serveStatic } from "./static.ts";

/** Serves the page, its files and `/page/...`; answers false if nothing is at that path. */
export async function servePage(
  { world, pageKey }: { readonly world: World; readonly pageKey: string },
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  const isEndpoint = url.pathname.startsWith("/page/");
  const intruder = isEndpoint ? findIntruder(request, url, pageKey) : findForeignHost(request);
  if (intruder !== undefined) {
    answer(response, 403, { error: intruder });
    return true;
  }
  if (!isEndpoint) return request.method === "GET" && (await serveStatic(url.pathname, response));
  return await serveEndpoint(world, request, response, url);
}

async function serveEndpoint(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  const file = /^GET \/page\/file\/([\w-]+)$/.exec(`${request.method} ${url.pathname}`)?.[1];
  if (file !== undefined) return serveFile(world, file, response);
  switch (`${request.method} ${url.pathname}`) {
    case "GET /page/events":
      streamEvents(world, response);
      return true;
    case "POST /page/send":
      return await reply(response, async () => sendFromPage(world, await readJson(request)));
    case "POST /page/press":
      return await reply(response, async () => pressFromPage(world, await readJson(request)));
    case "POST /page/edit":
      return await reply(response, async () => editFromPage(world, await readJson(request)));
    case "POST /page/stop":
      return await reply(response, async () => stopFromPage(world, await readJson(request)));
    case "POST /page/upload": {
      const type = request.headers["content-type"] ?? "application/octet-stream";
      return await reply(response, async () => uploadFromPage(world, url.searchParams, await readBody(request), type));
    }
    default:
      return false;
  }
}

/** Always as a download: a file must not run as a page of this origin. */
function serveFile(world: World, id: string, response: ServerResponse): boolean {
  const file = world.files.byId(id);
  if (file === undefined) return false;
  const isPicture = /^image\/(?:png|jpeg|gif|webp)$/.test(file.mimeType);
  response.writeHead(200, {
    ...PAGE_HEADERS,
    "content-security-policy": "sandbox; default-src 'none'",
    "content-type": isPicture ? file.mimeType : "application/octet-stream",
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
  });
  response.end(file.data);
  return true;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = (await readBody(request)).toString();
  try {
    return JSON.parse(body);
  } catch {
    throw new PageError("The request is not JSON.");
  }
}

async function reply(response: ServerResponse, act: () => Promise<unknown>): Promise<true> {
  try {
    answer(response, 200, await act());
  } catch (error) {
    if (!(error instanceof PageError)) throw error;
    answer(response, 400, { error: error.message });
  }
  return true;
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { ...PAGE_HEADERS, "content-type": "application/json" }).end(JSON.stringify(body));
}
