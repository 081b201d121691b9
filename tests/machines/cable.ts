import { createServer, connect as dial, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A way to a port of this machine that can be cut. */
export interface Cable {
  readonly address: string;
  /** Breaks all connections and lets nobody through. */
  cut(): void;
  mend(): void;
}

export async function layCable(port: number): Promise<Cable> {
  const ends = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = dial(port, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(one);
      one.pipe(other);
      one.on("error", () => {});
      one.on("close", () => {
        ends.delete(one);
        other.destroy();
      });
    }
  });
  const cut = () => {
    isCut = true;
    for (const end of ends) end.destroy();
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
  };
}
