interface Katex {
  render(tex: string, element: HTMLElement, options: object): void;
}

const OPTIONS = { output: "mathml", throwOnError: true, trust: false, maxExpand: 200, maxSize: 20, strict: "ignore" };
const KATEX: string = "./katex.js";

let loading: Promise<Katex> | undefined;

/** Shows the formulas below `root` as formulas. What cannot be read as one stays as its source. */
export function typeset(root: HTMLElement): void {
  const waiting = [...root.querySelectorAll<HTMLElement>("[data-tex]")].filter(
    ({ dataset }) => dataset["tex"] !== dataset["set"],
  );
  if (waiting.length === 0) return;
  loading ??= import(KATEX).then((module) => module.default);
  loading.then((katex) => {
    for (const element of waiting) show(katex, element);
  }, forget);
}

function show(katex: Katex, element: HTMLElement): void {
  const { tex = "" } = element.dataset;
  element.dataset["set"] = tex;
  try {
    katex.render(tex, element, { ...OPTIONS, displayMode: element.classList.contains("block") });
  } catch {
    element.textContent = tex;
  }
}

/** Loading is tried again with the next formula. */
function forget(): void {
  loading = undefined;
}
