import { shorten } from "../../domain/cut.ts";
import { DIRECTION } from "./clean.ts";
import { code, type Inline, text, textOf } from "./tree.ts";

/** The treatment of a link. */
interface LinkView {
  /** The address of the link; undefined if it must stay text. */
  readonly url?: string;
  /** Text to show after the link's own, which does not say it. */
  readonly target?: string;
  /** Whether that may itself be a link. */
  readonly isOpenable?: boolean;
}

const URL_LENGTH = 2048;
const SHOWN_LENGTH = 500;
/** Characters that are not seen, beside which a text may say something else than it shows. */
const UNSEEN = /[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2060-\u2064\ufeff]/;
/** A name that reads like that of a file rather than that of a place, although some of these are domains as well. */
const FILE_NAME =
  /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*\.(?:cc|cfg|conf|cpp|cs|css|csv|go|hpp|html?|ini|ipynb|java|jsx?|json|kt|lock|lua|md|mdx|mjs|php|pl|pm|py|rb|rs|rst|scss|sh|sql|swift|tf|toml|tsx?|txt|vue|xml|ya?ml|zig)(?=$|[:#])/u;

/**
 * Judges a link by its text and target. A target that a message cannot link to is shown instead, and so is one that
 * the text misrepresents: text that reads like another address, or holds characters that hide or reorder it.
 */
export function viewLink(text: string, target: string): LinkView {
  const url = openable(target);
  if (url !== undefined && !misleads(text, url)) return { url };
  if (url !== undefined) return { target: url, isOpenable: true };
  const shown = shorten(target, SHOWN_LENGTH);
  return shown === "" || shown === text.trim() ? {} : { target: shown, isOpenable: false };
}

/** The address in its canonical form, if Telegram takes it: http and https with a public host, mailto, tg. */
export function openable(target: string): string | undefined {
  if (!URL.canParse(target)) return undefined;
  const { protocol, hostname, pathname, href } = new URL(target);
  if (href.length > URL_LENGTH) return undefined;
  switch (protocol) {
    case "http:":
    case "https:":
      return hostname.includes(".") || hostname.startsWith("[") ? href : undefined;
    case "mailto:":
      return pathname === "" ? undefined : href;
    case "tg:":
      return hostname !== "" || /[^/]/.test(pathname) ? href : undefined;
    default:
      return undefined;
  }
}

function misleads(text: string, url: string): boolean {
  if (text.search(DIRECTION) >= 0 || UNSEEN.test(text)) return true;
  const shown = text.normalize("NFKC").trim();
  if (isNameOf(shown, url)) return false;
  const said = addressIn(shown);
  return said !== undefined && said !== addressOf(url);
}

/** Whether the text is the name of the file at the end of the address, with or without a line number. */
function isNameOf(text: string, url: string): boolean {
  const name = FILE_NAME.exec(text)?.[0];
  return name !== undefined && new URL(url).pathname.endsWith(`/${encodeURI(name)}`);
}

/** The host or mail address that a text reads like. */
function addressIn(text: string): string | undefined {
  if (/^(?:mailto:)?[^\s@/:]+@[^\s@/]+\.[^\s@/]+$/i.test(text)) return text.replace(/^mailto:/i, "").toLowerCase();
  const address =
    /(?:[a-z][a-z\d+.-]*:\/\/|\bwww\.)[^\s/?#]*/i.exec(text)?.[0] ??
    /^(?:[\p{L}\d-]+\.)+\p{L}{2,}(?=$|[/:?#])/u.exec(text)?.[0];
  if (address === undefined) return undefined;
  const withScheme = address.includes("://") ? address : `http://${address}`;
  return URL.canParse(withScheme) ? withoutWww(new URL(withScheme).hostname) : address;
}

function addressOf(url: string): string {
  const { protocol, hostname, pathname } = new URL(url);
  return protocol === "mailto:" ? pathname.toLowerCase() : withoutWww(hostname);
}

const withoutWww = (host: string) => host.toLowerCase().replace(/^www\./, "");

/** A link, if it is allowed; else its text, followed by the address that it hides. */
export function linkTo(target: string, children: readonly Inline[]): readonly Inline[] {
  const view = viewLink(textOf(children), target);
  if (view.url !== undefined) return [{ type: "link", url: view.url, children }];
  if (view.target === undefined) return children;
  const shown: Inline = view.isOpenable
    ? { type: "link", url: view.target, children: [text(view.target)] }
    : code(view.target);
  return [...children, text(" ("), shown, text(")")];
}
