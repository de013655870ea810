import { AgentDirectory } from '../agents/directory.ts';
import { processEnvironment, readConfig } from '../app/config.ts';
import { RingdownError } from '../errors.ts';
import { systemClock } from '../ports/clock.ts';
import { isRecord } from '../ports/is-record.ts';
import { fakeCallControl } from '../testing/run-tool.ts';
import { consoleLog } from '../tools/house-log.ts';
import { leave, readArguments } from './command-line.ts';

const USAGE = `npm run tool -- NAME '{"field": "value"}'
  --agent NAME     the agent whose tool it is, if several have one of that name
  --from NUMBER    who is calling
  --digits 1234    what the caller types when asked to

For example: npm run tool -- free_appointments '{"daytime":"morning"}'`;

/** `npm run tool -- NAME '{json}'`: runs one tool alone, as on a call, and shows all that came of it. */
const { values, positionals } = readArguments('tool', {
  agent: { type: 'string' },
  from: { type: 'string' },
  digits: { type: 'string' },
  help: { type: 'boolean', default: false },
});
if (values.help) leave(USAGE, 0);
const [name, text = '{}', ...tooMany] = positionals;
if (name === undefined) leave(USAGE, 2);
if (tooMany.length > 0) leave(`"${tooMany[0]}" is one word too many: put the JSON in single quotes.`, 2);
if (!isObject(text))
  leave(`What the tool is to be given is no JSON object: ${text}. Write it as '{"field": "value"}'.`, 2);

try {
  process.exitCode = await run(name, text);
} catch (error) {
  if (!(error instanceof RingdownError)) throw error;
  exit(`It cannot be run:\n${error.message}`);
}

async function run(tool: string, argumentsText: string): Promise<number> {
  const { agentsDir: folder, environment, dataDir } = readConfig(processEnvironment());
  const directory = await AgentDirectory.open({
    folder,
    environment,
    houseSettings: { dataDir },
    clock: systemClock,
    log: consoleLog,
  });
  try {
    const asked = values.agent;
    const candidates = directory.agents.filter(
      ({ agent, cards }) =>
        (asked === undefined || agent.name === asked) && cards.some((card) => card.name === tool),
    );
    const [loaded, ...others] = candidates;
    if (!loaded) exit(`There is no tool ${tool}. Those there are: ${namesOf(directory)}.`);
    if (others.length > 0) {
      exit(
        `Several agents have ${tool}. Say which: --agent ${candidates.map(({ agent }) => agent.name).join(' or ')}`,
      );
    }
    const { control, asked: askedOfCall } = fakeCallControl({
      ...(values.from === undefined ? {} : { caller: values.from }),
      digits: values.digits ?? null,
    });
    const runner = loaded.toolbox.open(control);
    const startedAt = systemClock.now();
    const outcome = await runner.run({ callId: 'alone', name: tool, arguments: argumentsText }, 'alone');
    runner.close();
    console.log(`${outcome.result} after ${Math.round(systemClock.now() - startedAt)} ms`);
    console.log(JSON.stringify(JSON.parse(outcome.output), null, 2));
    for (const request of askedOfCall) console.log(`asked of the call: ${request}`);
    return outcome.result === 'ok' ? 0 : 1;
  } finally {
    directory.close();
  }
}

function namesOf({ agents }: AgentDirectory): string {
  return agents.flatMap(({ cards }) => cards.map(({ name }) => name)).join(', ');
}

function isObject(json: string): boolean {
  try {
    return isRecord(JSON.parse(json));
  } catch {
    return false;
  }
}

function exit(message: string): never {
  console.error(message);
  process.exit(1);
}
