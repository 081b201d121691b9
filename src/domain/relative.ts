/** A path as seen from the run's directory: `.` for itself, unchanged if it lies elsewhere. */
export function relativePath(path: string, cwd: string | undefined): string {
  if (cwd === undefined || cwd === "/") return path;
  if (path === cwd) return ".";
  return path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path;
}

/** A command without the run's directory in front of its paths. */
export function relativeCommand(command: string, cwd: string | undefined): string {
  return cwd === undefined || cwd === "/" ? command : command.replaceAll(`${cwd}/`, "");
}
