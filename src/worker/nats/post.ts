import type { Logger } from "../../log.ts";
import { Beats } from "./beats.ts";
import { Calls } from "./calls.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { Objects } from "./objects.ts";
import { Seal } from "./seal.ts";
import { Streams } from "./streams.ts";
import { Values } from "./values.ts";

/** Everything that goes over the broker. */
export interface Post {
  readonly connection: Connection;
  readonly streams: Streams;
  readonly objects: Objects;
  readonly values: Values;
  readonly calls: Calls;
  readonly beats: Beats;
  readonly log: Logger;
}

export interface PostOptions extends Omit<ConnectionOptions, "onUp"> {
  /** Called whenever the broker is there (again). */
  readonly onUp: (post: Post) => Promise<void>;
}

/** @throws ConfigError if the key or the certificate cannot be read. */
export function openPost({ onUp, ...options }: PostOptions): Post {
  const connection = new Connection({ ...options, onUp: () => onUp(post) });
  const seal = new Seal(options.machines);
  const objects = new Objects(connection);
  const post: Post = {
    ...{ connection, objects, log: options.log },
    streams: new Streams(connection),
    values: new Values(objects, seal),
    calls: new Calls(connection),
    beats: new Beats(connection, seal),
  };
  return post;
}
