import type { FoldedDocument } from "../chat/document.ts";
import type { Message } from "../chat/transport.ts";
import { MESSAGE_LENGTH } from "./assemble.ts";
import type { RichContent } from "./content.ts";
import { emitRich } from "./markdown/emit-rich.ts";
import { emitText } from "./markdown/emit-text.ts";
import { fitsEntities } from "./markdown/entity-limit.ts";
import { fitsRich, sizeOf } from "./markdown/rich-size.ts";
import type { MessageMode } from "./render-final.ts";

/** Body and folds in one message if one holds them, else the body and the file. */
export function renderFolded({ document, folds, file }: FoldedDocument, mode: MessageMode): readonly Message[] {
  const whole = [...document.body, ...folds];
  if (folds.length > 0 && (mode === "rich" || mode === "auto") && fitsRich(sizeOf(whole))) {
    const composed: RichContent = { kind: "rich", blocks: emitRich(whole) };
    return [{ composed }];
  }
  const { text, entities } = emitText(whole);
  if (folds.length > 0 && text.length <= MESSAGE_LENGTH && fitsEntities(entities)) {
    return [{ ...document, body: whole }];
  }
  return [document, ...(file ? [file] : [])];
}
