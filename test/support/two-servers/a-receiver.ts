import { createServer } from 'node:http';

/** Somebody who is told of finished calls, and takes every message. */
export interface Receiver {
  readonly environment: Readonly<Record<string, string>>;
  /** Each message: of which call, and how that ended. */
  readonly messages: readonly { readonly callId: string; readonly endReason: string }[];
  close(): void;
}

export async function aReceiver(): Promise<Receiver> {
  const messages: { callId: string; endReason: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { callId, endReason } = JSON.parse(body);
    messages.push({ callId, endReason });
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return {
    messages,
    environment: {
      CALL_WEBHOOK_URL: `${url}/calls`,
      CALL_WEBHOOK_SECRET: 'whsec',
      CALL_WEBHOOK_ORIGINS: url,
    },
    close: () => void server.close(),
  };
}
