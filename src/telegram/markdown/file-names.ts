/**
 * Names of files whose endings are domains as well, with line numbers: Telegram makes links of them in any text, to
 * places that nobody named. What an address's path follows is left to it.
 */
const FILE_NAME =
  /(?<![\p{L}\p{N}_/@#.-])[\p{L}_][\p{L}\p{N}_.-]*\.(?:ac|cc|cl|gd|md|mk|ml|mm|mov|pl|pm|ps|py|rs|sc|sh|so|tf|zip)(?::\d+)*(?![\p{L}\p{N}_/@-]|\.[\p{L}\p{N}])/gu;

/** The text in pieces, each a name of such a file or what stands between them. */
export function atFileNames(text: string): readonly { readonly text: string; readonly isFile: boolean }[] {
  const pieces: { text: string; isFile: boolean }[] = [];
  let from = 0;
  for (const { 0: name, index } of text.matchAll(FILE_NAME)) {
    if (index > from) pieces.push({ text: text.slice(from, index), isFile: false });
    pieces.push({ text: name, isFile: true });
    from = index + name.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isFile: false });
  return pieces;
}
