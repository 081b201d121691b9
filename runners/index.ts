import type { Engine } from "../src/engine/contract.ts";
import { claude } from "./claude/index.ts";
import { codex } from "./codex/index.ts";
import { opencode } from "./opencode/index.ts";
import { pi } from "./pi/index.ts";

/** The engines of this program, by id. Config, chat commands and tests follow from this list. */
export const engines: readonly Engine[] = [claude, codex, opencode, pi];
