import { createServer, connect as dial, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What goes to the port, or comes from there. */
type Way = "there" | "back";

/** A way to a port of this machine that can be cut. */
export interface Cable {
  readonly address: string;
  /** Breaks all connections and lets nobody through. */
  cut(): void;
  mend(): void;
  /** Keeps what goes one way, until it is released or cut. */
  hold(way: Way): void;
  release(): void;
}

export async function layCable(port: number): Promise<Cable> {
  const ends = new Map<Socket, { readonly to: Socket; readonly way: Way }>();
  let isCut = false;
  let held: Way | undefined;
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = dial(port, "127.0.0.1");
    for (const [from, to, way] of [
      [near, far, "there"],
      [far, near, "back"],
    ] as const) {
      ends.set(from, { to, way });
      if (held !== way) from.pipe(to);
      from.on("error", () => {});
      from.on("close", () => {
        ends.delete(from);
        to.destroy();
      });
    }
  });
  const cut = () => {
    isCut = true;
    for (const end of ends.keys()) end.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    cut();
    server.close();
  });
  const { port: own } = server.address() as { port: number };
  return {
    ...{ address: `nats://127.0.0.1:${own}`, cut },
    mend: () => {
      isCut = false;
    },
    hold: (wanted) => {
      held = wanted;
      for (const [from, { to, way }] of ends) if (way === wanted) from.unpipe(to);
    },
    release: () => {
      for (const [from, { to, way }] of ends) if (way === held) from.pipe(to);
      held = undefined;
    },
  };
}
