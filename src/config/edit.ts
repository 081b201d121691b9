import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { patch, TomlFormat } from "@decimalturn/toml-patch";
import { isTable, type Table } from "../domain/table.ts";
import { formatSections, parseToml } from "./toml.ts";

/** Deep enough that whatever the patch adds becomes a section of its own and not an inline table. */
const INLINE_DEPTH = 4;

/**
 * The text with its values changed to `wanted`: comments, order and layout of what stays are kept, and new tables
 * are added as sections at the end.
 */
export function editToml(text: string, wanted: Table): string {
  const [known, fresh] = splitNewTables(parseToml(text, "the config"), wanted);
  const format = TomlFormat.autoDetectFormat(text);
  format.inlineTableStart = INLINE_DEPTH;
  format.bracketSpacing = false;
  const edited = patch(text, known, format);
  const sections = Object.keys(fresh).length > 0 ? formatSections(fresh) : "";
  const gap = edited === "" || sections === "" ? "" : edited.endsWith("\n") ? "\n" : "\n\n";
  const whole = edited + gap + sections;
  return holds(whole, wanted) ? whole : patch(text, wanted, format);
}

function holds(text: string, wanted: Table): boolean {
  try {
    return isDeepStrictEqual(structuredClone(parseToml(text, "")), structuredClone(wanted));
  } catch {
    return false; // A new section can clash with how its parent is written; then the patch decides the form.
  }
}

/** Parts `wanted` into what `current` has a place for and the tables that it lacks. */
function splitNewTables(current: Table, wanted: Table): [known: Table, fresh: Table] {
  const known: Table = {};
  const fresh: Table = {};
  for (const [key, value] of Object.entries(wanted)) {
    const before = current[key];
    if (!isTable(value)) known[key] = value;
    else if (!isTable(before)) fresh[key] = value;
    else {
      const [innerKnown, innerFresh] = splitNewTables(before, value);
      known[key] = innerKnown;
      if (Object.keys(innerFresh).length > 0) fresh[key] = innerFresh;
    }
  }
  return [known, fresh];
}

/**
 * Replaces a file in one step, readable by its owner only. Parents are created, and a symbolic link stays one: the
 * file that it names is replaced.
 */
export function writePrivateFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const target = existsSync(file) ? realpathSync(file) : file;
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    const handle = openSync(temporary, "w", 0o600);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    chmodSync(temporary, 0o600);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
