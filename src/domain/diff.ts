/** The changes in one file. */
export interface FileDiff {
  /** From the repository's root; the newer name of a renamed file. */
  readonly path: string;
  readonly added: number;
  readonly removed: number;
  /** As git prints it, without the last line end. */
  readonly patch: string;
}

/** The files of what `git diff` prints. */
export function parseDiff(text: string): FileDiff[] {
  return text
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith("diff --git "))
    .map((part) => {
      const patch = part.trimEnd();
      const lines = patch.split("\n");
      const body = lines.slice(Math.max(0, lines.findIndex(isHunk)));
      const count = (sign: string) => body.filter((line) => line.startsWith(sign)).length;
      return { path: pathOf(lines), added: count("+"), removed: count("-"), patch };
    })
    .map((file) => (isHunkIn(file.patch) ? file : { ...file, added: 0, removed: 0 }));
}

/** The diff of a file that git does not track yet. */
export function newFileDiff(path: string, content: string): FileDiff {
  const head = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}`;
  const lines = content.replace(/\n$/, "").split("\n");
  if (content === "") return { path, added: 0, removed: 0, patch: head };
  const body = lines.map((line) => `+${line}`).join("\n");
  return { path, added: lines.length, removed: 0, patch: `${head}\n@@ -0,0 +1,${lines.length} @@\n${body}` };
}

const isHunk = (line: string) => line.startsWith("@@ ");
const isHunkIn = (patch: string) => /^@@ /m.test(patch);

/** The first line names both sides and does not say where the first name ends, so the later lines are better. */
function pathOf(lines: readonly string[]): string {
  for (const start of ["+++ b/", "rename to ", "--- a/"]) {
    const line = lines.find((one) => one.startsWith(start));
    if (line !== undefined) return line.slice(start.length).replace(/\t$/, "");
  }
  return /^diff --git a\/(.+) b\/\1$/.exec(lines[0] ?? "")?.[1] ?? (lines[0] ?? "").slice("diff --git ".length);
}
