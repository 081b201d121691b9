import { Glob } from "./glob.ts";

/**
 * One entry of `allow_paths` or `deny_paths`. Without a slash it names files and folders anywhere below the run's
 * directory, else it begins there, or at `/`. `**` stands for any folders; a folder stands for all that is in it.
 */
export class PathPattern {
  readonly text: string;
  readonly #isAbsolute: boolean;
  readonly #names: readonly string[];

  constructor(text: string) {
    this.text = text;
    this.#isAbsolute = text.startsWith("/");
    const names = text.split("/").filter((name) => name !== "" && name !== ".");
    this.#names = /\/./.test(text) ? names : ["**", ...names];
  }

  /** Neither `*` nor a folder matches names that begin with a dot: files in `.git` or `.vscode` may run programs. */
  allows(path: string, directory: string): boolean {
    return this.#matches(path, directory, (name, pattern) => !name.startsWith(".") || pattern.startsWith("."));
  }

  /** Matches other capitals too: some disks ignore case. */
  denies(path: string, directory: string): boolean {
    const folded = new PathPattern(this.text.toLowerCase());
    return folded.#matches(path.toLowerCase(), directory.toLowerCase(), () => true);
  }

  #matches(path: string, directory: string, mayStand: (name: string, pattern: string) => boolean): boolean {
    const base = this.#isAbsolute ? "" : directory.replace(/\/$/, "");
    if (!path.startsWith(`${base}/`) || path.split("/").includes("..")) return false;
    /** How many names of the pattern can match the names of the path so far. */
    let counts = this.#withSkips(new Set([0]));
    for (const name of path.slice(base.length + 1).split("/")) {
      const next = [...counts].flatMap((count) => {
        const pattern = this.#names[count] ?? "**";
        if (!mayStand(name, pattern)) return [];
        if (pattern === "**") return [count];
        return new Glob(pattern).matches(name) ? [count + 1] : [];
      });
      counts = this.#withSkips(new Set(next));
    }
    return counts.has(this.#names.length);
  }

  /** `**` may match nothing. */
  #withSkips(counts: Set<number>): Set<number> {
    for (const count of counts) if (this.#names[count] === "**") counts.add(count + 1);
    return counts;
  }
}
