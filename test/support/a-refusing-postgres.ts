import { createServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server that takes nobody in, and says so in Postgres' own words; or says nothing at all. */
export async function aRefusingPostgres(
  answer: 'silence' | 'asks_password' | { readonly code: string; readonly message: string },
): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      if (answer === 'silence') return;
      if (answer === 'asks_password') {
        socket.write(message('R', Buffer.from('\0\0\0\x0aSCRAM-SHA-256\0\0')));
        socket.once('data', () => socket.write(message('R', Buffer.from('\0\0\0\x0br=x,s=eA==,i=4096'))));
        return;
      }
      const fields = `SFATAL\0VFATAL\0C${answer.code}\0M${answer.message}\0\0`;
      socket.end(message('E', Buffer.from(fields)));
    });
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
