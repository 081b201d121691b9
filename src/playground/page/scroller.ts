import { byId } from "./by-id.ts";

/** Nearer to the end than this counts as being there. */
const END_PX = 48;

/** Nearer to the top than this, earlier messages are asked for. */
const TOP_PX = 600;

const MARK_MS = 1600;

/** Keeps the reader's place: at the end while new messages come, else where they are. */
export class Scroller {
  isAtEnd = true;
  private readonly box: HTMLElement;
  /** The height of all messages when the page last followed them. */
  private height = 0;

  constructor(box: HTMLElement, content: HTMLElement, onTop: () => void) {
    this.box = box;
    box.addEventListener("scroll", () => {
      const isNear = box.scrollHeight - box.scrollTop - box.clientHeight < END_PX;
      // If messages came or went just now, they moved the end away, and not the reader.
      if (isNear || box.scrollHeight === this.height) this.isAtEnd = isNear;
      byId("to-end").hidden = this.isAtEnd;
      if (box.scrollTop < TOP_PX) onTop();
    });
    const observer = new ResizeObserver(() => {
      this.height = box.scrollHeight;
      if (this.isAtEnd) box.scrollTop = box.scrollHeight;
    });
    observer.observe(content);
    observer.observe(box);
    byId("to-end").addEventListener("click", () => this.toEnd());
  }

  toEnd(): void {
    this.isAtEnd = true;
    this.box.scrollTop = this.box.scrollHeight;
  }

  /** Brings an element to the middle and marks it for a moment. */
  show(element: HTMLElement): void {
    this.isAtEnd = false;
    element.scrollIntoView({ block: "center" });
    element.classList.add("marked");
    setTimeout(() => element.classList.remove("marked"), MARK_MS);
  }

  /** Runs a change above the reader's place without moving what they see. */
  keepPlace(change: () => void): void {
    const anchor = this.box.querySelector("[data-message]");
    const before = anchor?.getBoundingClientRect().top ?? 0;
    change();
    this.box.scrollTop += (anchor?.getBoundingClientRect().top ?? 0) - before;
  }
}
