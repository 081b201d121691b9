import type { PageCommand } from "../protocol.ts";
import { h, type VElement } from "./vnode.ts";

/** The bot's commands that a text beginning with a slash may become; none once the command is complete. */
export function matchingCommands(text: string, commands: readonly PageCommand[]): readonly PageCommand[] {
  const word = /^\/(\w*)$/.exec(text)?.[1]?.toLowerCase();
  if (word === undefined) return [];
  return commands.filter(({ command }) => command.startsWith(word));
}

/** The menu over the composer; the chosen entry is the one that Enter sends. */
export function commandMenuNode(commands: readonly PageCommand[], chosen: number): VElement {
  const items = commands.map(({ command, description }, index) =>
    h(
      "li",
      {
        id: `command-${index}`,
        role: "option",
        "aria-selected": index === chosen ? "true" : "false",
        "data-action": "command",
        "data-value": `/${command}`,
      },
      h("strong", {}, `/${command}`),
      h("span", {}, description),
    ),
  );
  return h("ul", { role: "listbox", id: "command-list", "aria-label": "Commands" }, items);
}
