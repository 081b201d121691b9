/** A path as seen from the run's directory: `.` for itself, unchanged if it lies elsewhere. */
export function relativePath(path: string, cwd: string | undefined): string {
  const base = baseOf(cwd);
  if (base === "") return path;
  if (path === base || path === `${base}/`) return ".";
  return path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path;
}

/** A command without the run's directory in front of its paths. */
export function relativeCommand(command: string, cwd: string | undefined): string {
  const base = baseOf(cwd);
  return base === "" ? command : command.replaceAll(`${base}/`, "");
}

const baseOf = (cwd = ""): string => cwd.replace(/\/+$/, "");
