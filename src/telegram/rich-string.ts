import type { MessageEntity } from "grammy/types";

/** The entities that carry nothing but their kind. */
export type PlainEntity = "bold" | "italic" | "underline" | "strikethrough" | "code" | "blockquote";

/** Text with entities, put together piece by piece. Offsets and lengths are UTF-16 units, as Telegram counts. */
export class RichString {
  text = "";
  readonly entities: MessageEntity[] = [];

  /** Adds text as it is. */
  add(text: string): this {
    this.text += text;
    return this;
  }

  /** Adds text as inline code, on one line. */
  code(text: string): this {
    return this.wrap({ type: "code" }, () => this.add(text.replace(/\s*\n\s*/g, " ")));
  }

  /** Marks what `write` adds; nothing where it adds nothing. */
  wrap(entity: EntityKind, write: () => void): this {
    const offset = this.text.length;
    write();
    const length = this.text.length - offset;
    if (length > 0) this.entities.push({ ...entity, offset, length } as MessageEntity);
    return this;
  }

  /** Adds another one behind this. */
  append(other: { readonly text: string; readonly entities: readonly MessageEntity[] }): this {
    for (const entity of other.entities) this.entities.push({ ...entity, offset: entity.offset + this.text.length });
    this.text += other.text;
    return this;
  }
}

export type EntityKind =
  | { readonly type: PlainEntity }
  | { readonly type: "pre"; readonly language?: string }
  | { readonly type: "text_link"; readonly url: string };
