import { create, patch } from "./patch.ts";
import { h, type VElement } from "./vnode.ts";

/** Keeps one tree of nodes shown inside `holder`, whose other content it replaces. */
export class Mount {
  private shown: VElement = h("div", {});
  private node: Node;

  constructor(holder: HTMLElement) {
    this.node = create(this.shown);
    holder.replaceChildren(this.node);
  }

  show(next: VElement): void {
    this.node = patch(this.node, this.shown, next);
    this.shown = next;
  }
}
