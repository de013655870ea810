import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** The way to a database server, which can be cut, and made long. */
export interface Way {
  readonly port: number;
  /** Breaks what goes over it, and lets nobody in. */
  cut(): void;
  mend(): void;
  /** What is sent to the server from now on is on its way for so long. */
  delay(ms: number): void;
  close(): void;
}

export async function aWayTo(farPort: number): Promise<Way> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let delayMs = 0;
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(farPort, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.pipe(slow(() => delayMs)).pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    cut,
    mend() {
      isCut = false;
    },
    delay(ms) {
      delayMs = ms;
    },
    close() {
      cut();
      server.close();
    },
  };
}

/** Gives on in its order, late. */
function slow(delayMs: () => number): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      const ms = delayMs();
      if (ms === 0) done(null, chunk);
      else setTimeout(() => done(null, chunk), ms);
    },
  });
}
