import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault, OpenCall } from "../world/calls.ts";
import type { World } from "../world/world.ts";
import { ApiError, badRequest, tooManyRequests } from "./api-error.ts";
import type { Args } from "./args.ts";
import { readArgs } from "./body.ts";
import { findMethod } from "./methods/index.ts";

/** Serves `/bot<token>/<method>` and `/file/bot<token>/<path>`; answers false for any other path. */
export async function serveBotApi(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  const path = decodeURIComponent(url.pathname);
  const [, token, method] = /^\/bot([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const [, fileToken, filePath] = /^\/file\/bot([^/]+)\/(.+)$/.exec(path) ?? [];
  if (token !== undefined && method !== undefined) {
    if (token === world.token) await serveCall(world, method, await readArgs(request, url.searchParams), response);
    else refuse(response, new ApiError(401, "Unauthorized"));
    return true;
  }
  if (fileToken !== undefined && filePath !== undefined) {
    const file = fileToken === world.token ? world.files.byPath(filePath) : undefined;
    if (file === undefined) refuse(response, new ApiError(404, "Not Found"));
    else serveDownload(world, filePath, file.data, response);
    return true;
  }
  return false;
}

async function serveCall(world: World, method: string, args: Args, response: ServerResponse): Promise<void> {
  const call = world.calls.begin(method, args.summary(), world.now());
  world.changes.touch();
  const fault = world.calls.takeFault(call);
  if (fault !== undefined && fault.type !== "reset_after") strike(fault, call, response);
  else await handle(world, { call, args }, response, fault);
  world.changes.touch();
}

/** On record as a call of the method "download". */
function serveDownload(world: World, path: string, data: Uint8Array, response: ServerResponse): void {
  const call = world.calls.begin("download", { file_path: path }, world.now());
  const fault = world.calls.takeFault(call);
  const head = { "content-type": "application/octet-stream", "content-length": data.length };
  if (fault?.type === "reset_after") {
    call.status = "reset";
    response.writeHead(200, head).write(data.subarray(0, data.length / 2), () => reset(call, response));
  } else if (fault !== undefined) {
    strike(fault, call, response);
  } else {
    call.status = 200;
    response.writeHead(200, head).end(data);
  }
  world.changes.touch();
}

async function handle(
  world: World,
  { call, args }: { call: OpenCall; args: Args },
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  try {
    const method = findMethod(call.method, world.richMessages);
    if (method === undefined) throw new ApiError(404, "Not Found: method not found");
    call.answer = await method({ world, args, signal: gone.signal });
    if (fault === undefined) {
      call.status = 200;
      json(response, 200, { ok: true, result: call.answer });
    } else {
      reset(call, response);
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    settle(call, response, error);
  }
}

function strike(fault: Exclude<Fault, { type: "reset_after" }>, call: OpenCall, response: ServerResponse): void {
  switch (fault.type) {
    case "reset_before":
      reset(call, response);
      break;
    case "hang":
      call.status = "hung";
      break;
    case "flood":
      settle(call, response, tooManyRequests(fault.retryAfterS));
      break;
    case "bad_request":
      settle(call, response, badRequest(fault.reason));
      break;
    case "forbidden":
      settle(call, response, new ApiError(403, `Forbidden: ${fault.reason ?? "bot was blocked by the user"}`));
      break;
    case "bad_gateway":
      call.status = 502;
      response.writeHead(502, { "content-type": "text/html" }).end("<html><h1>502 Bad Gateway</h1></html>");
  }
}

function reset(call: OpenCall, response: ServerResponse): void {
  call.status = "reset";
  response.socket?.resetAndDestroy();
}

function settle(call: OpenCall, response: ServerResponse, error: ApiError): void {
  call.status = error.code;
  call.answer = error.message;
  refuse(response, error);
}

/** Writes a refusal as Telegram does. */
export function refuse(response: ServerResponse, { code, message, parameters }: ApiError): void {
  json(response, code, { ok: false, error_code: code, description: message, ...(parameters && { parameters }) });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
