import type { RichBlock, RichMessage } from "@grammyjs/types";
import type { World } from "../world/world.ts";
import { badRequest } from "./api-error.ts";
import type { Args } from "./args.ts";
import { type RichNode, RichTally, toList, toNode } from "./rich-tally.ts";
import { checkRichButton, checkRichText } from "./rich-text.ts";

const MAX_ROW_BUTTONS = 8;
/** Also what a server older than rich messages says to every one of them. */
const EMPTY = "rich message must be non-empty";

/** The `rich_message` of a call. @throws ApiError 400 */
export function readRichMessage(world: World, args: Args, place: "message" | "draft"): RichMessage {
  if (world.richMessages === "refused") throw badRequest(EMPTY);
  return checkRichMessage(args.json("rich_message"), place);
}

/**
 * Reads an `InputRichMessage` into what the chat then shows. Takes `blocks` only: `markdown` and `html` would leave
 * parsing, and so what a model may put in the chat, to the server. Media blocks are refused too.
 *
 * The wording of these refusals is ours; Telegram's own is not documented.
 * @throws ApiError 400
 */
export function checkRichMessage(value: unknown, place: "message" | "draft"): RichMessage {
  if (value === undefined) throw badRequest(EMPTY);
  const node = toNode(value);
  const forms = ["blocks", "markdown", "html"].filter((key) => node[key] !== undefined);
  if (forms.length !== 1) throw badRequest("exactly one of blocks, markdown and html is expected in a rich message");
  if (forms[0] !== "blocks") throw badRequest("the playground's server takes rich messages as blocks only");
  // Telegram looks for addresses by itself, and refuses some that look like those of mail.
  const looksForMail = node["skip_entity_detection"] !== true;
  if (looksForMail && /\w@\w+\.\w/.test(JSON.stringify(node["blocks"]))) throw badRequest("RICH_MESSAGE_EMAIL_INVALID");
  const tally = new RichTally();
  const reader = { tally, place };
  const blocks = readBlocks(node["blocks"], 1, reader);
  if (place === "message" && tally.isEmpty) throw badRequest(EMPTY);
  return { blocks: blocks as unknown as RichBlock[], ...(node["is_rtl"] === true ? { is_rtl: true } : {}) };
}

interface Reader {
  readonly tally: RichTally;
  readonly place: "message" | "draft";
}

function readBlocks(value: unknown, level: number, reader: Reader): RichNode[] {
  return toList(value).map((block) => readBlock(toNode(block), level, reader));
}

function readBlock(block: RichNode, level: number, reader: Reader): RichNode {
  const { tally } = reader;
  tally.block();
  tally.level(level);
  for (const key of ["text", "credit", "summary", "caption"]) {
    if (block[key] !== undefined) checkRichText(block[key], level + 1, tally);
  }
  switch (block["type"]) {
    case "paragraph":
    case "footer":
    case "pre":
    case "pullquote":
    case "expandable_blockquote":
      return required(block, "text");
    case "heading":
      return checkHeading(required(block, "text"));
    case "divider":
    case "anchor":
      return block;
    case "mathematical_expression":
      tally.text(String(block["expression"] ?? ""));
      return required(block, "expression");
    case "thinking":
      if (reader.place === "message") throw badRequest("thinking block is for drafts only");
      return block;
    case "blockquote":
      return { ...block, blocks: readBlocks(block["blocks"], level + 1, reader) };
    case "details":
      return { ...required(block, "summary"), blocks: readBlocks(block["blocks"], level + 1, reader) };
    case "list":
      return readListBlock(block, level, reader);
    case "table":
      return checkTable(block, level, tally);
    case "buttons":
      return checkButtons(block, tally);
    default:
      throw badRequest(`can't parse rich message block: unsupported type "${String(block["type"])}"`);
  }
}

function required(block: RichNode, key: string): RichNode {
  if (block[key] === undefined) throw badRequest(`can't parse rich message block: field "${key}" is missing`);
  return block;
}

function checkHeading(block: RichNode): RichNode {
  if (![1, 2, 3, 4, 5, 6].includes(Number(block["size"]))) throw badRequest("heading size must be from 1 to 6");
  return block;
}

/** Received items carry a label, which the sender does not give. */
function readListBlock(block: RichNode, level: number, reader: Reader): RichNode {
  const items = toList(block["items"]).map((value) => {
    const item = toNode(value);
    reader.tally.block();
    const label = item["value"] === undefined ? "•" : `${String(item["value"])}.`;
    return { label, ...item, blocks: readBlocks(item["blocks"], level + 1, reader) };
  });
  if (items.length === 0) throw badRequest("rich message list is empty");
  return { ...block, items };
}

function checkTable(block: RichNode, level: number, tally: RichTally): RichNode {
  const rows = toList(block["cells"]);
  if (rows.length === 0) throw badRequest("rich message table is empty");
  for (const row of rows) {
    tally.block();
    const cells = toList(row).map(toNode);
    tally.columns(cells.reduce((sum, cell) => sum + Number(cell["colspan"] ?? 1), 0));
    for (const cell of cells) {
      if (cell["text"] !== undefined) checkRichText(cell["text"], level + 1, tally);
      if (!["left", "center", "right"].includes(String(cell["align"]))) throw badRequest("wrong table cell align");
      if (!["top", "middle", "bottom"].includes(String(cell["valign"]))) throw badRequest("wrong table cell valign");
    }
  }
  return block;
}

function checkButtons(block: RichNode, tally: RichTally): RichNode {
  const buttons = toList(block["buttons"]);
  if (buttons.length < 1 || buttons.length > MAX_ROW_BUTTONS) throw badRequest("a row takes 1 to 8 buttons");
  for (const button of buttons) checkRichButton(button, tally);
  return block;
}
