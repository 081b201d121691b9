import { UserError } from "../../errors.ts";
import type { Beats } from "./beats.ts";
import type { Beat } from "./schema.ts";

export interface LeaseOptions {
  readonly machine: string;
  readonly beats: Beats;
  /** What the machine says of itself now. */
  readonly beat: () => Beat;
}

/** The name of a machine, which one worker has at a time. */
export class Lease {
  readonly #options: LeaseOptions;
  #revision: number | undefined;
  #epoch = 0;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** The number of the line with which this worker took the name. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Takes the name, or says that it still has it. @throws UserError if another worker has it. */
  async hold(): Promise<void> {
    const { machine, beats, beat } = this.#options;
    if (this.#revision !== undefined) {
      this.#revision = await beats.repeat(machine, beat(), this.#revision);
      if (this.#revision !== undefined) return;
    }
    const found = await beats.find(machine);
    const { instance } = beat();
    if (found?.beat && found.beat.instance !== instance) throw taken(machine, found.beat);
    this.#revision = found ? await beats.repeat(machine, beat(), found.revision) : await beats.take(machine, beat());
    if (this.#revision === undefined) throw new Error("The name changes hands: try again.");
    this.#epoch = this.#revision;
  }

  async leave(): Promise<void> {
    const { machine, beats } = this.#options;
    if (this.#revision !== undefined) await beats.leave(machine, this.#revision);
  }
}

const taken = (machine: string, { host, startedAt }: Beat): UserError =>
  new UserError(
    `Another worker is ${machine} already (on ${host}, since ${new Date(startedAt).toISOString()}): end it, or set another machines.name here.`,
  );
