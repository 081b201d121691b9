import { fileURLToPath } from "node:url";

/** Only a bundle has this module under another name. */
const isBundle = !/\/src\/program-files\.[jt]s$/.test(import.meta.url);
const ending = isBundle ? ".js" : ".ts";
/** The repository if this runs from sources, the bundle's own folder otherwise. */
const root = new URL(isBundle ? "./" : "../", import.meta.url);

/**
 * The file of a module that is started as a program, or that an engine loads.
 *
 * @param source From the repository's root, without its ending; `.build.mjs` has a list of these.
 */
export const moduleFile = (source: string): string => fileURLToPath(new URL(source + ending, root));

/** Node's arguments to start such a module. */
export async function programArguments(source: string): Promise<string[]> {
  if (ending === ".js") return [moduleFile(source)];
  const { createRequire } = await import("node:module");
  const loader = new URL(`file://${createRequire(import.meta.url).resolve("tsx/esm")}`);
  return ["--import", loader.href, moduleFile(source)];
}

/** Where the files of the playground's page are, the first that has one wins; its scripts are always built. */
export const pageFolders: readonly URL[] = isBundle
  ? [new URL("page/", root)]
  : [new URL("src/playground/page/", root), new URL("dist/page/", root)];

export const packageFile = new URL(isBundle ? "../package.json" : "package.json", root);
