import type { Ability } from "../domain/run.ts";
import type { Engine } from "../engine/contract.ts";
import type { EngineOptions } from "../engine/options.ts";

/** Why an engine cannot do something the way it is set up, with what would help; undefined if it can. */
export function refusalOf(engine: Engine, ability: Ability, options: EngineOptions): string | undefined {
  if (!engine.can.includes(ability)) return `${engine.label} cannot ${ABILITIES[ability]}.`;
  if (options.interactive === true) return undefined;
  return `${engine.label} can ${ABILITIES[ability]} only with \`${engine.id}.interactive = true\` in the config.`;
}

/** Each ability in words, after "can". */
const ABILITIES: Readonly<Record<Ability, string>> = {
  steer: "take a message in mid-turn",
  interrupt: "end a turn and keep its session ready",
  answer: "ask questions",
  compact: "compact a session",
  fork: "fork a session",
  undo: "take a turn back",
  rename: "name a session",
  models: "list its models",
  brief: "take a text without a turn",
  goal: "work towards a goal by itself",
};
