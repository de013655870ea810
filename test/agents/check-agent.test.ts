import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkAgent } from '../../src/agents/check-agent.ts';
import { AGENT_DEFAULTS, type AgentDescription, defineAgent } from '../../src/agents/define-agent.ts';

const least = { name: 'shop', instructions: 'Be brief.' };

const everything: AgentDescription = {
  ...least,
  numbers: ['+15550100', 'client:desk', '*'],
  instructions: ({ partOfDay }) => `Say good ${partOfDay}.`,
  greeting: { kind: 'exactly', text: 'This call is recorded. How can I help?', isProtected: true },
  voice: 'marin',
  language: 'en',
  turnDetection: { type: 'semantic_vad', eagerness: 'auto' },
  interruption: 'confirmed',
  silence: { askAfterMs: 10_000, goodbyeAfterMs: 30_000 },
  maxDurationMs: 600_000,
  beforeTheEnd: { noticeMs: 30_000, about: 'Say that half a minute is left.' },
  transferTargets: {
    workshop: { number: '+15550120', when: 'repairs', announce: 'A caller from the agent.' },
    office: { number: 'sip:office@example.com' },
  },
  whenUnreachable: { do: 'transfer', to: 'workshop' },
  can: ['hang_up', 'transfer', 'opening_hours'],
  openingHours: {
    timeZone: 'Europe/London',
    week: { monday: ['09:00-12:30', '13:30-18:00'] },
    exceptions: { '2026-12-25': [] },
  },
  httpTools: [
    {
      name: 'order_status',
      description: 'Find an order.',
      parameters: z.object({ orderNumber: z.string() }),
      address: 'https://api.example.com/orders/{orderNumber}',
      hosts: ['api.example.com'],
      headers: { authorization: 'Bearer {CRM_TOKEN}' },
      pick: 'order.status',
    },
  ],
  mcpServers: [
    { name: 'stock', command: 'stock-server', args: ['--quiet'], environment: ['STOCK_KEY'] },
    { name: 'crm', url: 'http://127.0.0.1:4000/mcp', headers: {} },
  ],
  remoteMcpServers: [{ label: 'docs', url: 'https://docs.example.com/mcp', authorizationFrom: 'DOCS_TOKEN' }],
  environment: ['CRM_TOKEN', 'CRM_REGION?'],
  settings: { shop: 'Rye' },
  recording: 'announce',
  summary: z.object({ reason: z.string().describe('Why they called') }),
  keepDays: { recording: 7, transcript: 30, record: 365 },
};

const problemsOf = (over: Readonly<Record<string, unknown>>) => {
  const checked = checkAgent({ ...defineAgent(least), ...over });
  return checked.ok ? [] : checked.problems;
};

describe('what an agent may be', () => {
  it('is as little as a name and what to be', () => {
    expect(checkAgent(defineAgent(least))).toEqual({
      ok: true,
      agent: { ...AGENT_DEFAULTS, ...least, can: ['hang_up'], settings: {} },
    });
  });

  it('is all of this', () => {
    expect(checkAgent(defineAgent(everything))).toMatchObject({ ok: true, agent: { name: 'shop' } });
  });

  it('has the built-in tools that its other fields suggest', () => {
    const { transferTargets = {}, openingHours } = everything;

    expect(defineAgent({ ...least, transferTargets, ...(openingHours ? { openingHours } : {}) }).can).toEqual(
      ['hang_up', 'transfer', 'opening_hours'],
    );
  });

  it('has settings whose types its tools know', () => {
    const { settings } = defineAgent({ ...least, settings: { opensAt: 9 } });

    expect(settings.opensAt + 1).toBe(10);
  });
});

describe('a mistake in an agent', () => {
  it.each([
    [{ name: '' }, 'name: must not be empty.'],
    [{ numbers: [] }, 'numbers: must name a number, or "*".'],
    [{ numbers: ['0301234'] }, 'numbers.0: must be as the carrier writes it'],
    [{ instructions: 7 }, 'instructions: must be a text, or a function'],
    [{ greeting: { kind: 'friendly' } }, 'greeting.kind: must have a kind: exactly'],
    [{ greeting: { kind: 'exactly' } }, 'greeting.text: must be a text.'],
    [{ language: 'English' }, 'language: must be a code such as en'],
    [{ turnDetection: { type: 'vad' } }, 'turnDetection.type: must have a type: server_vad'],
    [{ interruption: 'never' }, 'interruption: must be one of immediate, confirmed.'],
    [{ silence: { askAfterMs: 9_000, goodbyeAfterMs: 5_000 } }, 'goodbyeAfterMs must be greater'],
    [{ silence: { askAfterMs: 9_000, goodbyeAfterMs: 9_000 } }, 'goodbyeAfterMs must be greater'],
    [
      { maxDurationMs: 20_000, beforeTheEnd: { noticeMs: 20_000, about: 'Say so.' } },
      'beforeTheEnd: noticeMs must be less',
    ],
    [{ maxDurationMs: 1 }, 'maxDurationMs: must be a number of milliseconds from 10000'],
    [{ maxDurationMs: 20_000 }, 'beforeTheEnd: noticeMs must be less'],
    [
      { transferTargets: { boss: { number: '0301234' } } },
      'transferTargets.boss.number: must be + and digits',
    ],
    [
      { whenUnreachable: { do: 'transfer', to: 'boss' } },
      'to must be one of transferTargets (there are none)',
    ],
    [{ can: ['fly'] }, 'can.0: must be one of hang_up, transfer'],
    [{ can: ['opening_hours'] }, 'can: opening_hours needs openingHours.'],
    [{ openingHours: { timeZone: 'Rye', week: {} } }, 'openingHours.timeZone: must be a time zone'],
    [{ openingHours: { timeZone: 'UTC', week: { monday: ['9-5'] } } }, 'must be times such as 09:00-12:30'],
    [{ openingHours: { timeZone: 'UTC', week: { someday: [] } } }, 'openingHours.week'],
    [
      { httpTools: [{ ...everything.httpTools?.[0], address: 'http://api.example.com/' }] },
      'must begin with https://',
    ],
    [
      { httpTools: [{ ...everything.httpTools?.[0], address: 'https://{host}/' }] },
      'a host that is written out',
    ],
    [{ httpTools: [{ ...everything.httpTools?.[0], address: 'https://a.example/{id}' }] }, 'names {id}'],
    [{ mcpServers: [{ name: 'stock' }] }, 'mcpServers.0: must have a name, and either a command'],
    [{ remoteMcpServers: [{ label: 'x', url: 'http://x.example/' }] }, 'must begin with https://'],
    [{ environment: ['CRM TOKEN'] }, 'environment.0: must be the name of a variable'],
    [
      { transferTargets: { office: { number: '+15550120', announce: 'a'.repeat(301) } } },
      'transferTargets.office.announce: must not be longer than 300 characters: callers wait meanwhile.',
    ],
    [{ recording: true }, 'recording: must be one of announce, ask, on, off.'],
    [{ summary: { reason: 'text' } }, 'summary: must be a z.object'],
    [{ summary: z.object({ day: z.date() }) }, 'of what JSON can say'],
    [{ keepDays: { recording: -1, transcript: 1, record: 1 } }, 'keepDays.recording: must be 0 or more.'],
    [{ volume: 11 }, 'there is no field volume. Is it misspelt?'],
  ])('is named with its field and its repair: %j', (over, words) => {
    expect(problemsOf(over).join('\n')).toContain(words);
  });

  it.each([null, undefined, 7, 'agent', []])('is to export something else: %j', (value) => {
    expect(checkAgent(value)).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('must be an agent: export default defineAgent')],
    });
  });
});
