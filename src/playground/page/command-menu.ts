import type { PageCommand } from "../protocol.ts";
import { byId } from "./by-id.ts";
import { commandMenuNode, matchingCommands } from "./commands.ts";
import { Mount } from "./mount.ts";

/** The request of a key in the open menu; an empty choice only moved through it. */
export interface Choice {
  readonly send?: string;
  readonly insert?: string;
}

/** The command menu that opens while a slash and letters are all that the input holds. */
export class CommandMenu {
  private readonly box = byId("commands");
  private readonly mount = new Mount(this.box);
  private readonly input: HTMLTextAreaElement;
  private readonly known: () => readonly PageCommand[];
  private matches: readonly PageCommand[] = [];
  private chosen = 0;
  private dismissedText: string | undefined;

  constructor(input: HTMLTextAreaElement, known: () => readonly PageCommand[]) {
    this.input = input;
    this.known = known;
    input.addEventListener("blur", () => this.show([]));
    input.addEventListener("focus", () => this.update());
    this.box.addEventListener("pointerdown", (event) => event.preventDefault()); // The input keeps the focus.
  }

  /** Follows what the input holds now. */
  update(): void {
    const text = this.input.value;
    this.chosen = 0;
    const isOpen = text !== this.dismissedText && document.activeElement === this.input;
    this.show(isOpen ? matchingCommands(text, this.known()) : []);
  }

  /** Takes a key while the menu is open; `undefined` leaves it to the input. */
  onKey(event: KeyboardEvent): Choice | undefined {
    const command = this.matches[this.chosen]?.command;
    if (command === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
    switch (event.key) {
      case "ArrowUp":
      case "ArrowDown":
        this.chosen = (this.chosen + (event.key === "ArrowUp" ? -1 : 1) + this.matches.length) % this.matches.length;
        this.show(this.matches);
        return {};
      case "Enter":
        return { send: `/${command}` };
      case "Tab":
        return { insert: `/${command} ` };
      case "Escape":
        event.stopPropagation();
        this.dismissedText = this.input.value;
        this.show([]);
        return {};
      default:
        return undefined;
    }
  }

  private show(matches: readonly PageCommand[]): void {
    this.matches = matches;
    const isOpen = matches.length > 0;
    this.box.hidden = !isOpen;
    this.mount.show(commandMenuNode(matches, this.chosen));
    if (isOpen) this.input.setAttribute("aria-activedescendant", `command-${this.chosen}`);
    else this.input.removeAttribute("aria-activedescendant");
    this.box.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }
}
