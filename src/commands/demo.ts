import { relative } from 'node:path';
import { pino } from 'pino';
import { processEnvironment, readConfig } from '../app/config.ts';
import { makeFolder } from '../disk/make-folder.ts';
import { bookingsOfCall } from '../examples/front-desk/clinic/bookings.ts';
import { wallTime } from '../examples/front-desk/clinic/calendar.ts';
import { systemClock } from '../ports/clock.ts';
import type { CallEvent } from '../ports/facts.ts';
import type { CallerNews } from '../practice/phone/caller.ts';
import { SCRIPTS } from '../practice/phone/scripts.ts';
import { recordingPath } from '../recordings/shelf.ts';
import { takesNothing } from './command-line.ts';
import { checkDemo } from './demo-checks.ts';
import { placePracticeCall } from './practice-call.ts';

/** `npm run demo`: one whole practice call in the terminal. No account, no key, and nothing leaves this machine. */
takesNothing(
  'demo',
  'npm run demo\n\nPlaces one practice call, shows it as it goes, and leaves it in DATA_DIR for you to look at.',
);

const { DATA_DIR } = processEnvironment();
const config = readConfig({ DATA_DIR, PORT: '0' });
try {
  makeFolder(config.dataDir);
} catch (error) {
  console.error(
    `Nothing can be kept in DATA_DIR ${config.dataDir}: ${String(error)}. Make it writable, or name another.`,
  );
  process.exit(1);
}
const script = SCRIPTS['demo'] ?? (() => Promise.resolve(false));
const startedAt = performance.now();

console.log(
  'A practice call: a caller rings, asks, cuts in, asks for an order, books an eye test, and says goodbye.\n',
);
const result = await placePracticeCall(config, pino({ level: 'warn' }), script, {
  fact: (event) => showFact(event),
  caller: (news) => showNews(news),
});

console.log('');
const today = wallTime(systemClock.wallMs()).toPlainDate();
const bookings = result.callId === null ? [] : bookingsOfCall(config.dataDir, result.callId, today);
const checks = checkDemo(result.wentWell, result.facts, bookings, result.tape);
for (const { isGood, text } of checks) console.log(`${isGood ? '✓' : '✗'} ${text}`);
if (result.callId !== null) {
  const recording = relative('.', recordingPath(config.dataDir, result.callId));
  console.log(`\nThe call as the caller heard it (caller left, agent right): ${recording}`);
  console.log(`To read it: npm start, then http://localhost:3000/calls/${result.callId}`);
}
process.exit(checks.every(({ isGood }) => isGood) ? 0 : 1);

function showFact(event: CallEvent): void {
  switch (event.type) {
    case 'answered':
      return show('', 'the line is open');
    case 'caller_said':
      return show('heard', `“${event.text}”`);
    case 'agent_said':
      return show('agent', `“${event.text}” ${heardOf(event.heardMs, event.totalMs)}`);
    case 'interrupted':
      return show(
        '',
        `the caller cuts in: heard ${event.heardMs} ms of ${event.heardMs + event.unheardMs} ms`,
      );
    case 'tool_called':
      return show('tool', `${event.name} ${event.arguments}`);
    case 'tool_returned':
      return show('tool', `${event.name}: ${event.result}, after ${Math.round(event.tookMs)} ms`);
    case 'problem':
      return show('', `a problem: ${event.code}`);
    case 'ended':
      return show('', `the call has ended: ${event.reason.replaceAll('_', ' ')}`);
    default:
      return;
  }
}

function showNews(news: CallerNews): void {
  if (news.type === 'caller_says') show('caller', `“${news.text}”`);
  if (news.type === 'carrier_says') show('carrier', `“${news.sentence}”`);
}

function show(who: string, what: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2).padStart(6);
  console.log(`${seconds} s  ${who.padEnd(7)} ${what}`);
}

function heardOf(heardMs: number, totalMs: number): string {
  return heardMs < totalMs
    ? `(cut off: ${seconds(heardMs)} of ${seconds(totalMs)} heard)`
    : `(${seconds(totalMs)})`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
