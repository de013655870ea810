import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { NO_CARRIERS } from '../../src/app/carriers.ts';
import { readConfig } from '../../src/app/config.ts';
import { EventBus } from '../../src/app/event-bus.ts';
import { layGround, wire } from '../../src/app/wiring.ts';
import type { CallEvent } from '../../src/ports/facts.ts';

const noted = (text: string, seq: number): CallEvent => ({ type: 'noted', text, seq, atMs: seq });
const textOf = (event: CallEvent) => (event.type === 'noted' ? event.text : event.type);

function aBus() {
  const failures: string[] = [];
  return { bus: new EventBus((callId, error) => void failures.push(`${callId}: ${error}`)), failures };
}

describe('the bus', () => {
  it('tells of the next event also where whoever is told of failures fails', () => {
    const heard: number[] = [];
    const bus = new EventBus(() => {
      throw new Error('the disk of the log is full');
    });
    bus.subscribe((_callId, { seq }) => {
      heard.push(seq);
      if (seq === 1) throw new Error('an observer');
    });

    expect(() => bus.note('CA1', { type: 'answered', seq: 1, atMs: 0 })).toThrow('disk');
    bus.note('CA1', { type: 'answered', seq: 2, atMs: 0 });

    expect(heard).toEqual([1, 2]);
  });

  it('tells all observers in one order, even when one of them notes something itself', () => {
    const { bus } = aBus();
    const before: string[] = [];
    const after: string[] = [];
    bus.subscribe((_callId, event) => void before.push(textOf(event)));
    bus.subscribe((callId, event) => {
      if (textOf(event) !== 'first') return;
      bus.note(callId, noted('second', 2));
      bus.note('CA2', noted('third', 1));
    });
    bus.subscribe((_callId, event) => void after.push(textOf(event)));

    bus.note('CA1', noted('first', 1));

    expect(before).toEqual(['first', 'second', 'third']);
    expect(after).toEqual(before);
  });

  it('tells the others though one of them fails, and goes on telling', () => {
    const { bus, failures } = aBus();
    const told: string[] = [];
    bus.subscribe(() => {
      throw new Error('no room');
    });
    bus.subscribe((_callId, event) => void told.push(textOf(event)));

    bus.note('CA1', noted('first', 1));
    bus.note('CA1', noted('second', 2));

    expect(told).toEqual(['first', 'second']);
    expect(failures).toEqual(['CA1: Error: no room', 'CA1: Error: no room']);
  });

  it('tells that a call is over before what is made of it, whoever listens', async ({ onTestFinished }) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'ringdown-'));
    onTestFinished(() => rm(dataDir, { recursive: true, maxRetries: 3 }));
    const told: string[] = [];
    const webhook = { CALL_WEBHOOK_URL: 'http://127.0.0.1:9/', CALL_WEBHOOK_SECRET: 'a'.repeat(32) };
    const [config, logger] = [
      readConfig({ PORT: '0', DATA_DIR: dataDir, ...webhook }),
      pino({ level: 'silent' }),
    ];
    const ground = await layGround(config, logger);
    const house = wire(config, logger, ground, { carriers: NO_CARRIERS, output: 'speech' });
    ground.bus.subscribe((_callId, event) => void told.push(event.type));
    onTestFinished(() => house.close(0));

    house.calls.ring({
      callId: 'CA1',
      carrier: 'twilio',
      from: '+15550100',
      to: '+15550199',
      format: 'pcmu',
    });
    house.calls.find('CA1')?.end('caller_hung_up');

    expect(told.slice(-2)).toEqual(['ended', 'webhook_delivery']);
  });
});
