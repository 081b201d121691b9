import { closeSync, openSync } from "node:fs";

const ROOM = 16;
let kept: number[] = [];

/**
 * Keeps some file descriptors back for what is loaded later: Node never loads a module whose first load failed (20.20),
 * as it does in a process that has none left.
 */
export function keepRoom(): void {
  if (kept.length === 0) kept = Array.from({ length: ROOM }, () => openSync("/dev/null", "r"));
}

/** Calls `load`, which imports what most starts of the program do not need; once. */
export function later<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let loaded: Promise<Module> | undefined;
  return () => {
    loaded ??= withRoom(load);
    return loaded;
  };
}

async function withRoom<Module>(load: () => Promise<Module>): Promise<Module> {
  const isKept = kept.length > 0;
  for (const descriptor of kept) closeSync(descriptor);
  kept = [];
  const module = await load();
  try {
    if (isKept) keepRoom();
  } catch {}
  return module;
}
