import { byId } from "./by-id.ts";

const THEMES = ["system", "light", "dark"] as const;
const STORED = "playground.theme";

type Theme = (typeof THEMES)[number];

/** Wires the switch that goes from the system's theme to light to dark; the choice is kept in this browser. */
export function startTheme(): void {
  const button = byId("theme");
  let theme = THEMES.find((each) => each === localStorage.getItem(STORED)) ?? "system";
  show(theme, button);
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
    localStorage.setItem(STORED, theme);
    show(theme, button);
  });
}

function show(theme: Theme, button: HTMLElement): void {
  document.documentElement.dataset["theme"] = theme;
  button.setAttribute("aria-label", `Theme: ${theme}`);
  button.title = `Theme: ${theme}`;
}
