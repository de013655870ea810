import { AgentDirectory } from '../agents/directory.ts';
import { instructionsFor } from '../agents/instructions.ts';
import type { LoadedAgent } from '../agents/read-agent.ts';
import { processEnvironment, readConfig } from '../app/config.ts';
import { RingdownError } from '../errors.ts';
import { systemClock } from '../ports/clock.ts';
import { consoleLog } from '../tools/house-log.ts';
import { takesNothing } from './command-line.ts';

/** `npm run agents`: what is loaded, the exact tools the model sees, and how much of its attention they take. */
takesNothing(
  'agents',
  'npm run agents\n\nShows what is loaded from AGENTS_DIR, and exactly what the model is told of it.',
);

try {
  const { agentsDir: folder, environment, dataDir } = readConfig(processEnvironment());
  const directory = await AgentDirectory.open({
    folder,
    environment,
    houseSettings: { dataDir },
    clock: systemClock,
    log: consoleLog,
  });
  console.log(`${directory.agents.length} in ${folder}`);
  for (const loaded of directory.agents) console.log(`\n${await describe(loaded)}`);
  directory.close();
} catch (error) {
  if (!(error instanceof RingdownError)) throw error;
  console.error(`The agents cannot be used:\n${error.message}`);
  process.exitCode = 1;
}

async function describe({ agent, folder, cards, toolbox, remoteTools }: LoadedAgent): Promise<string> {
  const caller = { number: '+15550100', dialled: agent.numbers[0] ?? '*' };
  const instructions = await instructionsFor(agent, caller, systemClock, (error) =>
    console.error(`The instructions of ${agent.name} failed:`, error),
  );
  const tools = JSON.stringify(toolbox.offers);
  const made = typeof agent.instructions === 'string' ? '' : `, made for a call from ${caller.number}`;
  const lines = [
    `${agent.name} (${folder})`,
    `  answers        ${agent.numbers.join(', ')}`,
    `  greeting       ${agent.greeting.kind === 'none' ? 'none' : JSON.stringify(agent.greeting)}`,
    `  voice          ${agent.voice ?? 'as configured'}`,
    `  transfers to   ${Object.keys(agent.transferTargets).join(', ') || 'nobody'}`,
    `  recording      ${agent.recording}`,
    `  instructions   ${sizeOf(instructions)}${made}`,
    `  tools          ${cards.length}, ${sizeOf(tools)}`,
    `  both           ${sizeOf(instructions + tools)}`,
  ];
  if (remoteTools.length > 0)
    lines.push(`  at the model   ${remoteTools.map(({ label }) => label).join(', ')}`);
  for (const card of cards) {
    const capabilities = [
      `${card.deadlineMs / 1000} s`,
      ...(card.writes ? ['writes'] : []),
      ...(card.isSilent ? ['silent'] : []),
      ...(card.filler === null ? ['no filler'] : []),
      ...(card.secret.length > 0 ? [`secret: ${card.secret.join(', ')}`] : []),
    ];
    lines.push(
      `\n  ${card.name} (${capabilities.join('; ')})`,
      `    ${card.description}`,
      `    ${JSON.stringify(card.parameters)}`,
    );
  }
  return lines.join('\n');
}

/** Models count in tokens: about four letters of English each. */
function sizeOf(text: string): string {
  return `${text.length} characters, about ${Math.ceil(text.length / 4)} tokens`;
}
