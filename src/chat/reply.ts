import type { Delivery } from "../store/deliveries.ts";
import type { Attached } from "./answers.ts";
import type { Document, FoldedDocument } from "./document.ts";
import { toDocument } from "./markdown/load.ts";

/** A short message of this program's own, stored as Markdown. */
export async function readReply({ body, attached }: Delivery): Promise<Document | FoldedDocument> {
  const document = await toDocument(body ?? "");
  if (attached === null) return document;
  const { folds = [], file }: Attached = JSON.parse(attached);
  const toBlock = ({ title, text }: (typeof folds)[number]) => ({
    ...{ type: "pre" as const, language: "diff", isFolded: true, title, text },
  });
  return { document, folds: folds.map(toBlock), file };
}
