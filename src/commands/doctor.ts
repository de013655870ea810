import { type Config, processEnvironment, readConfig } from '../app/config.ts';
import { RingdownError } from '../errors.ts';
import { systemClock } from '../ports/clock.ts';
import { leave, readFlags } from './command-line.ts';
import { checkAddress } from './doctor/check-address.ts';
import { bringBackCalls, checkCallLog, checkStore } from './doctor/check-call-log.ts';
import { checkMachine } from './doctor/check-machine.ts';
import { checkModel } from './doctor/check-model.ts';
import { checkTwilio } from './doctor/check-twilio.ts';
import { bad, type Finding, good } from './doctor/finding.ts';

const SIGNS = { good: '✓', note: '·', bad: '✗' } as const satisfies Record<Finding['state'], string>;

const HELP = `npm run doctor -- [--bring-back]

Checks the configuration against the real services; leaves with 1 if a call could not be answered.

  --bring-back  puts the calls of logs that were set aside back into the call log, and checks nothing
`;

/** `npm run doctor`: what is configured, what works, and how to repair the rest. */
const isBringingBack = readOptions();
const findings: Finding[] = [];
for await (const some of isBringingBack ? bringingBack() : examine()) {
  for (const finding of some) {
    findings.push(finding);
    console.log(`${SIGNS[finding.state]} ${finding.about.padEnd(13)} ${finding.text}`);
  }
}
const isAble = findings.every(({ state }) => state !== 'bad');
if (!isBringingBack)
  console.log(
    isAble ? '\nA call would be answered.' : '\nA call could not be answered yet: see the lines with ✗.',
  );
process.exit(isAble ? 0 : 1);

async function* examine(): AsyncGenerator<readonly Finding[]> {
  const { config, problems } = configuration();
  if (!config) return yield problems;
  yield [good('configuration', 'Every variable makes sense.')];
  yield await checkMachine(config, systemClock);
  yield checkCallLog(config, systemClock);
  yield await checkStore(config);
  yield await checkModel(config, systemClock);
  yield await checkAddress(config);
  yield await checkTwilio(config);
}

function* bringingBack(): Generator<readonly Finding[]> {
  const { config, problems } = configuration();
  yield config ? bringBackCalls(config, systemClock) : problems;
}

function readOptions(): boolean {
  const flags = readFlags('doctor', {
    'bring-back': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  });
  if (flags.help) leave(HELP, 0);
  return flags['bring-back'];
}

function configuration(): { readonly config: Config | null; readonly problems: readonly Finding[] } {
  try {
    return { config: readConfig(processEnvironment()), problems: [] };
  } catch (error) {
    if (!(error instanceof RingdownError)) throw error;
    return { config: null, problems: error.message.split('\n').map((line) => bad('configuration', line)) };
  }
}
