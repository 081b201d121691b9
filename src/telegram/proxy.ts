import type { Agent } from "node:http";
import type { Socket } from "node:net";
import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";
import { BOUNDS } from "../bounds.ts";
import { ConfigError } from "../errors.ts";

/** Where the Bot API is, and how it is reached. */
export interface ApiServer {
  /** Telegram's own if absent. */
  readonly api_root?: string | undefined;
  /** `http://host:port`; if absent, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` of the environment decide. */
  readonly proxy?: string | undefined;
}

export const OFFICIAL_ROOT = "https://api.telegram.org";

/**
 * The agent that connects through a proxy (HTTP CONNECT); undefined if the server is reached directly.
 *
 * @throws ConfigError for a proxy that does not speak HTTP.
 */
export function proxyAgent({ api_root = OFFICIAL_ROOT, proxy }: ApiServer): Agent | undefined {
  const url = proxy ?? getProxyForUrl(api_root);
  if (url === "") return undefined;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new BoundedProxyAgent(url);
  const source = proxy === undefined ? "The proxy of the environment" : "transports.telegram.proxy";
  throw new ConfigError(
    `${source} is no HTTP proxy: expected http://host:port; for another kind, put an HTTP proxy before it.`,
  );
}

/** Ends the connection to a proxy that does not answer: nothing else does, not even the end of the call. */
class BoundedProxyAgent extends HttpsProxyAgent<string> {
  override async connect(...[request, options]: Parameters<HttpsProxyAgent<string>["connect"]>): Promise<Socket> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), BOUNDS.telegram.proxyMs);
    // It is read at once.
    Object.assign(this.connectOpts, { signal: late.signal });
    return super.connect(request, options).finally(() => clearTimeout(timer));
  }
}
