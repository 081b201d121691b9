// The exports of "takopi-ts": engines as values, and a client of the bridge that runs here.
import { ControlClient } from "../control/client.ts";
import type { Answered, ToldEvent } from "../control/operation-handler.ts";
import type { ShownEvent } from "../domain/events.ts";
import type { Engine } from "../engine/contract.ts";
import { readVersion } from "../version.ts";
import { silentLog } from "./silent-log.ts";

export type { Answered, ToldEvent } from "../control/operation-handler.ts";
export { OperationFailure } from "../control/protocol.ts";
export type { Completed, RunEvent, ShownEvent, Usage } from "../domain/events.ts";
export type { Engine, Probe, ResumeCodec, RunRequest } from "../engine/contract.ts";
export { defineEngine as defineHeadless, type Exit, type HeadlessEngine, type Launch } from "../engine/define.ts";
export { baseOptions, type EngineOptions } from "../engine/options.ts";
export { defineLive } from "../engine/to-engine.ts";
export type { ErrorCode } from "../errors.ts";

/** The normalised events of a recorded engine stream; exactly one `completed`, last, wherever the recording is cut off. */
export const replay = (engine: Engine, recording: AsyncIterable<Uint8Array>): AsyncIterable<ShownEvent> =>
  engine.replay(recording, silentLog);

/** The bridge that runs here, as operations. Calls may overlap. */
export interface BridgeClient {
  /**
   * Calls an operation, such as `send` or `watch`; `takopi <name> --help` says what one takes.
   *
   * @param onEvent Hears how an operation goes that tells it, before the output.
   * @throws OperationFailure with the code, as `takopi <name> --json` prints it.
   */
  call(operation: string, input?: object, onEvent?: (told: ToldEvent) => void): Promise<Answered>;
  close(): void;
}

/**
 * Connects to a bridge.
 *
 * @param socket `takopi.sock` beside its config.
 * @throws OperationFailure `no_bridge` if none listens there.
 */
export async function connect(socket: string): Promise<BridgeClient> {
  const client = await ControlClient.connect(socket, readVersion());
  return {
    call: async (operation, input = {}, onEvent) => {
      const told = onEvent && { onEvent: (event: unknown) => onEvent(event as ToldEvent) };
      return (await client.call({ operation, input, ...told })) as Answered;
    },
    close: () => client.close(),
  };
}
