/** Where a run works: a configured project, and a branch of it. */
export interface Context {
  readonly project: string;
  readonly branch: string | undefined;
}

/** `web @feat/x` */
export const writeContext = ({ project, branch }: { project: string; branch: string | null | undefined }): string =>
  branch == null ? project : `${project} @${branch}`;

/** `ctx: web @feat/x`, without backticks. */
export const formatContext = (context: Context): string => `ctx: ${writeContext(context)}`;

/** The last context line of a text; its project may no longer be configured. */
export function parseContext(text: string): Context | undefined {
  let found: Context | undefined;
  for (const line of text.split("\n")) {
    const match = /^ctx:\s*(\S+)(?:\s+@\s*(\S+))?/i.exec(bareLine(line));
    if (match?.[1]) found = { project: match[1], branch: match[2] };
  }
  return found;
}

/** A line without the space around it and without one backtick at either side. */
export function bareLine(line: string): string {
  return line.trim().replace(/^`/, "").replace(/`$/, "").trim();
}
