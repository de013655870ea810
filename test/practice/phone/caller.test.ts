import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { FRAME_MS } from '../../../src/audio/format.ts';
import { FrameReader } from '../../../src/carriers/media-stream/messages.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import { Caller, type CallerNews } from '../../../src/practice/phone/caller.ts';
import { DIAL_DEFAULTS, dial } from '../../../src/practice/phone/dial.ts';
import { GOOD_LINE, type LineFaults, PhoneLine } from '../../../src/practice/phone/line.ts';
import { SCRIPTS } from '../../../src/practice/phone/scripts.ts';
import { AUTH_TOKEN, portOf } from '../../support/a-carrier.ts';
import { carrier, cleanups } from '../../support/a-line.ts';

describe('a practice caller', () => {
  it('hears the carrier’s apology when the other side ends the call, whatever the caller was about to do', async () => {
    const { url, switchboard } = await carrier();
    switchboard.aftermath = { text: 'Our lines are down.' };
    const news: CallerNews[] = [];
    const caller = new Caller((each) => void news.push(each));
    await caller.ring({ ...DIAL_DEFAULTS, url, authToken: AUTH_TOKEN });
    await vi.waitFor(() => expect(switchboard.connected).toHaveLength(1));

    const script = SCRIPTS['listen']?.(caller);
    switchboard.connected[0]?.leg.close();

    expect(await script).toBe(false);
    await caller.untilTheEnd(0);
    expect(news.slice(1)).toEqual([
      { type: 'line_closed', by: 'server' },
      { type: 'carrier_says', sentence: 'Our lines are down.' },
    ]);
  });
});

/** What a line says to the other side of its socket, as far as it is sound. */
async function writtenFrames(): Promise<readonly string[]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  cleanups.push(() => server.close());
  await once(server, 'listening');
  const texts: string[] = [];
  server.on('connection', (socket) => socket.on('message', (data) => texts.push(data.toString())));
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(server)}`);
  await once(socket, 'open');
  const identity = { accountSid: 'AC1', callSid: 'CA1', streamSid: 'MZ1', parameters: {} };
  const line = new PhoneLine(socket, identity, GOOD_LINE, {}, systemClock.now());
  cleanups.push(() => line.breakOff());
  const frames = () => texts.filter((text) => text.includes('"event":"media"'));
  await vi.waitFor(() => expect(frames().length).toBeGreaterThan(2));
  return frames();
}

describe('a practice line', () => {
  async function aBadLine(faults: Partial<LineFaults>) {
    const { url, switchboard } = await carrier();
    const options = { ...DIAL_DEFAULTS, url, authToken: AUTH_TOKEN, faults: { ...GOOD_LINE, ...faults } };
    const answer = await dial(options, {});
    if (answer.kind === 'words') throw new Error('not connected');
    const { line } = answer;
    cleanups.push(() => line.breakOff());
    const events = () => switchboard.connected[0]?.events ?? [];
    return { line, events };
  }

  it('loses frames when it is told to, and nothing else', async () => {
    const { line, events } = await aBadLine({ lossShare: 1 });

    line.press('5');

    await vi.waitFor(() => expect(events()).toEqual([{ type: 'digit', digit: '5' }]));
  });

  it('writes its frames so that they are read without parsing', async () => {
    const frames = await writtenFrames();

    expect(frames.filter((text) => new FrameReader('MZ1').read(Buffer.from(text)) === null)).toEqual([]);
  });

  it('keeps to its place within each frame’s time', async () => {
    const { url } = await carrier();
    const frames: { readonly atMs: number; readonly dueMs: number }[] = [];
    const sent = (_frame: Uint8Array, atMs: number, spokenAtMs: number) =>
      frames.push({ atMs, dueMs: spokenAtMs + FRAME_MS });

    const answer = await dial({ ...DIAL_DEFAULTS, url, authToken: AUTH_TOKEN, phaseMs: 7 }, { sent });
    if (answer.kind === 'line') cleanups.push(() => answer.line.breakOff());

    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(2));
    for (const { atMs, dueMs } of frames) {
      expect(dueMs % FRAME_MS).toBeCloseTo(7, 3);
      expect(atMs).toBeGreaterThan(dueMs - 0.001);
    }
  });

  it('is late with marks when it is told to, and brings them all in their order', async () => {
    const { url, switchboard } = await carrier();
    const faults = { ...GOOD_LINE, marksLateMs: 100 };
    const answer = await dial({ ...DIAL_DEFAULTS, url, authToken: AUTH_TOKEN, faults }, {});
    if (answer.kind === 'line') cleanups.push(() => answer.line.breakOff());
    await vi.waitFor(() => expect(switchboard.connected).toHaveLength(1));
    const [call] = switchboard.connected;
    const names = Array.from({ length: 20 }, (_, nth) => `mark-${nth}`);

    for (const name of names) call?.leg.mark(name);
    call?.leg.ping?.('read by then');

    await vi.waitFor(() => expect(call?.events.filter(({ type }) => type === 'mark')).toHaveLength(20));
    const told = call?.events.flatMap((event) => ('name' in event ? [event.name] : [])) ?? [];
    expect(told.filter((name) => name !== 'read by then')).toEqual(names);
    expect(told.indexOf('read by then')).toBeLessThan(19);
  });

  it('is late with frames when it is told to, and brings them all in their order', async () => {
    const { events } = await aBadLine({ jitterMs: 60 });

    const times = await vi.waitFor(() => {
      const frames = events().flatMap((event) => (event.type === 'audio' ? [event.atMs] : []));
      expect(frames.length).toBeGreaterThanOrEqual(20);
      return frames.slice(0, 20);
    });

    expect(times).toEqual(Array.from({ length: 20 }, (_, i) => 73 + i * 20));
  });
});
