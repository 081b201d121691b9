import { isTable } from "../domain/table.ts";
import type { Engine } from "../engine/contract.ts";
import { sharedOptions } from "../engine/options.ts";
import { accepts } from "./presets.ts";
import type { FileTable } from "./schema.ts";
import { formatKey } from "./toml.ts";

/** The file without the keys that other engines have, but not the one in whose table they stand; each is a warning. */
export function withoutLacking(
  file: FileTable,
  engines: readonly Engine[],
): { readonly table: FileTable; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const strip = <Tables extends Record<string, unknown>>(tables: Tables, place: readonly string[]): Tables => {
    const stripped: Record<string, unknown> = { ...tables };
    for (const engine of engines) {
      const own = tables[engine.id];
      if (!isTable(own)) continue;
      const lacking = Object.keys(sharedOptions).filter((key) => key in own && !accepts(engine, key));
      if (lacking.length === 0) continue;
      stripped[engine.id] = Object.fromEntries(Object.entries(own).filter(([key]) => !lacking.includes(key)));
      for (const key of lacking) {
        warnings.push(`${formatKey([...place, engine.id, key])} does nothing: ${engine.label} has no such option.`);
      }
    }
    return stripped as Tables;
  };
  const own = strip(file, []);
  const projects = Object.entries(file.projects).map(([alias, one]) => [alias, strip(one, ["projects", alias])]);
  return { table: { ...own, projects: Object.fromEntries(projects) }, warnings };
}
