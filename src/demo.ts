import { join, relative } from 'node:path';
import { pino } from 'pino';
import { processEnvironment, readConfig } from './config.ts';
import type { CallEvent } from './ports/call-log.ts';
import type { CallerNews } from './practice/phone/caller.ts';
import { SCRIPTS } from './practice/phone/scripts.ts';
import { callerClip } from './practice/voice.ts';
import { type PracticeCallResult, placePracticeCall } from './practice-call.ts';

/** `npm run demo`: one whole practice call in the terminal. No account, no key, and nothing leaves this machine. */
const { DATA_DIR } = processEnvironment();
const config = readConfig({ DATA_DIR, PORT: '0' });
const script = SCRIPTS['cut-in'] ?? (() => Promise.resolve(false));
const startedAt = performance.now();

console.log('A practice call: a caller rings, asks, cuts in, asks something else, and says goodbye.\n');
const result = await placePracticeCall(
  config,
  pino({ level: 'warn' }),
  script,
  join(config.dataDir, 'recordings', 'demo.wav'),
  { fact: (event) => showFact(event), caller: (news) => showNews(news) },
);

console.log('');
const checks = judge(result);
for (const { isGood, text } of checks) console.log(`${isGood ? '✓' : '✗'} ${text}`);
console.log(
  `\nThe call as the caller heard it (caller left, agent right): ${relative('.', result.recording)}`,
);
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

/** What the call had to show. */
function judge({ wentWell, facts }: PracticeCallResult): readonly { isGood: boolean; text: string }[] {
  const said = facts.filter((fact) => fact.type === 'agent_said');
  const heard = facts.filter((fact) => fact.type === 'caller_said').map(({ text }) => text);
  const wasHeard = (name: string) => heard.includes(callerClip(name).text);
  const cut = facts.find((fact) => fact.type === 'interrupted');
  const first = said[0];
  const last = said.at(-1);
  return [
    { isGood: first?.heardMs === first?.totalMs && said.length > 0, text: 'the agent greeted' },
    { isGood: wasHeard('opening_hours') && wasHeard('parking'), text: 'the caller was understood, by sound' },
    {
      isGood: cut !== undefined && cut.heardMs > 0 && cut.unheardMs > 0,
      text: `the agent gave way${cut ? `: heard ${cut.heardMs} ms of ${cut.heardMs + cut.unheardMs} ms` : ''}`,
    },
    { isGood: wasHeard('goodbye') && last?.heardMs === last?.totalMs, text: 'both said goodbye' },
    { isGood: wentWell && facts.at(-1)?.type === 'ended', text: 'the call ended as it should' },
  ];
}
