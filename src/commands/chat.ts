import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { NO_CARRIERS } from '../app/carriers.ts';
import { processEnvironment, readConfig } from '../app/config.ts';
import { layGround, type Wiring, wire } from '../app/wiring.ts';
import { RingdownError } from '../errors.ts';
import { systemClock } from '../ports/clock.ts';
import type { CallEvent } from '../ports/facts.ts';
import { SimulatedPhone } from '../testing/simulated-phone.ts';
import { leave, readFlags } from './command-line.ts';

const USAGE = `npm run chat -- [--to NUMBER] [--from NUMBER]
  --to NUMBER      the number that is called: it decides which agent answers
  --from NUMBER    who is calling
A line is what the caller says. An empty line, or Ctrl-D, hangs up.`;

/** `npm run chat`: talks to an agent in writing. The call, its rules and its tools are those of a phone call. */
const values = readFlags('chat', {
  to: { type: 'string', default: '+15005550001' },
  from: { type: 'string', default: '+15005550006' },
  help: { type: 'boolean', default: false },
});
if (values.help) leave(USAGE, 0);

const LOOK_EVERY_MS = 50;
/** Between an answer and what follows from it there is a moment of quiet, too. */
const QUIET_LOOKS = 3;

const lines = createInterface({ input: process.stdin });
const waiting = lines[Symbol.asyncIterator](); // from now on: lines that come before the agent is ready are kept
const house = await openOrExit();
const callId = `chat-${Date.now().toString(36)}`;
const incoming = { callId, carrier: 'chat', from: values.from, to: values.to, format: 'pcmu' } as const;
const admission = await house.calls.ring(incoming);
if (!admission.admitted) {
  console.error(`Nobody answers ${values.to}: ${admission.because}.`);
  process.exit(1);
}
await house.calls.connect(callId, new SimulatedPhone(systemClock)); // nothing is heard on it: what is said is written
await talk();
house.calls.find(callId)?.end('caller_hung_up');
await house.close();
process.exit();

async function talk(): Promise<void> {
  while (await isMyTurn()) {
    if (process.stdin.isTTY) process.stdout.write('you    ');
    const { value: line, done } = await waiting.next();
    if (done || line.trim() === '') return;
    if (!process.stdin.isTTY) console.log(`you    ${line}`);
    house.calls.find(callId)?.read(line);
  }
}

/** Waits until the agent has nothing more to say; false if the call is over then. */
async function isMyTurn(): Promise<boolean> {
  for (let quietLooks = 0; quietLooks < QUIET_LOOKS; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const call = house.calls.find(callId);
    if (!call) return false;
    quietLooks = call.awaitsCaller ? quietLooks + 1 : 0;
  }
  return true;
}

async function openOrExit(): Promise<Wiring> {
  try {
    const config = readConfig(processEnvironment());
    const logger = pino({ level: 'error' });
    const ground = await layGround(config, logger);
    ground.bus.subscribe((_callId, event) => show(event));
    return wire(config, logger, ground, { carriers: NO_CARRIERS, output: 'text' });
  } catch (error) {
    if (!(error instanceof RingdownError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

function show(event: CallEvent): void {
  switch (event.type) {
    case 'agent_wrote':
      console.log(`agent  ${event.text}`);
      return;
    case 'tool_called':
      console.log(`tool   ${event.name} ${event.arguments}`);
      return;
    case 'tool_returned':
      console.log(`tool   ${event.name}: ${event.result}, ${Math.round(event.tookMs)} ms, ${event.output}`);
      return;
    case 'problem':
      console.log(`       a problem: ${event.code}`);
      return;
    case 'ended':
      console.log(`       the call has ended: ${event.reason.replaceAll('_', ' ')}`);
      return;
    default:
      return;
  }
}
