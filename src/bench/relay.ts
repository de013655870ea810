import { createServer } from 'node:http';
import { type WebSocket, WebSocket as WebSocketClient, WebSocketServer } from 'ws';

/**
 * The floor of the bench: a relay that forwards every frame, both ways, without touching it.
 *
 * No call, no pacing, no interruptions, not even a parser: what two sockets and
 * two dialects cost, whatever one does in between. Run as a process of its own.
 */
const [port = '0', modelUrl = ''] = process.argv.slice(2);

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer((request, response) => {
  if (request.url === '/metrics') return void response.end(metrics());
  request.resume();
  const url = `ws://127.0.0.1:${port}/twilio/media/relay`;
  response.end(`<Response><Connect><Stream url="${url}"/></Connect></Response>`);
});
server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (phone) => relay(phone));
});
server.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));

function relay(phone: WebSocket): void {
  const headers = { authorization: 'Bearer practice' };
  const model = new WebSocketClient(`${modelUrl.replace(/^http/, 'ws')}/realtime?model=practice`, {
    headers,
    perMessageDeflate: false,
  });
  let streamSid = '';
  const early: string[] = [];
  phone.on('message', (data) => {
    const text = data.toString();
    if (text.includes('"event":"start"')) streamSid = between(text, '"streamSid":"');
    else if (text.includes('"event":"media"')) {
      const append = `{"type":"input_audio_buffer.append","audio":"${between(text, '"payload":"')}"}`;
      if (model.readyState === model.OPEN) model.send(append);
      else early.push(append);
    }
  });
  model.on('open', () => {
    model.send(JSON.stringify({ type: 'session.update', session: SESSION }));
    for (const append of early) model.send(append);
  });
  model.on('message', (data) => {
    const text = data.toString();
    // Without this the callers would sit through every answer, and the relay carry half of what we do.
    if (text.includes('"input_audio_buffer.speech_started"'))
      phone.send(`{"event":"clear","streamSid":"${streamSid}"}`);
    if (!text.includes('"response.output_audio.delta"')) return;
    phone.send(
      `{"event":"media","streamSid":"${streamSid}","media":{"payload":"${between(text, '"delta":"')}"}}`,
    );
  });
  phone.on('close', () => model.close());
  model.on('close', () => phone.close());
  for (const socket of [phone, model]) socket.on('error', () => socket.terminate());
}

/** What stands between this and the next quotation mark. */
function between(text: string, before: string): string {
  const begin = text.indexOf(before) + before.length;
  return text.slice(begin, text.indexOf('"', begin));
}

/** The two figures the bench asks every server for. */
function metrics(): string {
  const { user, system } = process.cpuUsage();
  return `process_cpu_seconds_total ${(user + system) / 1e6}\nprocess_resident_memory_bytes ${process.memoryUsage.rss()}\n`;
}

const SESSION = {
  type: 'realtime',
  output_modalities: ['audio'],
  instructions: 'Say nothing.',
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      turn_detection: {
        type: 'server_vad',
        threshold: 0.5,
        prefix_padding_ms: 300,
        silence_duration_ms: 500,
        create_response: true,
        interrupt_response: true,
      },
    },
    output: { format: { type: 'audio/pcmu' } },
  },
};
