import type { PageEvent } from "../protocol.ts";

type Answer = Extract<PageEvent, { type: "answer" }>;

interface Press {
  readonly chatId: number;
  readonly messageId: number;
  readonly data: string;
}

const NONE: ReadonlySet<string> = new Set();

/** Presses on callback buttons that still wait for the bot's answer. */
export class Presses {
  /** Called with an answer that has something to show. */
  onAnswer: (text: string, isAlert: boolean) => void = () => {};
  private readonly waiting = new Set<Press>();
  private readonly named = new Map<string, Press>();
  private readonly early = new Map<string, Answer>();

  /** Marks a button as waiting. `named` says which press the emulator made of it; rejected, the mark goes. */
  async begin(press: Press, named: Promise<string>): Promise<void> {
    this.waiting.add(press);
    try {
      const id = await named;
      const answer = this.early.get(id);
      this.named.set(id, press);
      if (answer) this.answer(answer);
    } catch (error) {
      this.waiting.delete(press);
      throw error;
    }
  }

  /** Takes the bot's answer; one that overtook the emulator's reply to the press is kept until then. */
  answer(answer: Answer): void {
    const press = this.named.get(answer.press_id);
    if (!press) {
      this.early.set(answer.press_id, answer);
      return;
    }
    this.named.delete(answer.press_id);
    this.early.delete(answer.press_id);
    this.waiting.delete(press);
    if (answer.text) this.onAnswer(answer.text, answer.show_alert ?? false);
  }

  /** The callback data of a message's buttons that wait. */
  of(chatId: number, messageId: number): ReadonlySet<string> {
    if (this.waiting.size === 0) return NONE;
    const own = [...this.waiting].filter((press) => press.chatId === chatId && press.messageId === messageId);
    return own.length === 0 ? NONE : new Set(own.map((press) => press.data));
  }

  clear(): void {
    this.waiting.clear();
    this.named.clear();
    this.early.clear();
  }
}
