import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** The flags a command was given. About the first that is wrong it says one sentence, and leaves with 2. */
export function readFlags<const Options extends ParseArgsOptionsConfig>(command: string, options: Options) {
  return readArguments(command, options, false).values;
}

/** The same, for a command that takes words besides. */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  command: string,
  options: Options,
  allowPositionals = true,
) {
  try {
    return parseArgs({ options, allowPositionals });
  } catch (error) {
    return leave(`${complaint(error)} Say npm run ${command} -- --help for those there are.`, 2);
  }
}

/** For a command that takes nothing: says what it does when asked to. */
export function takesNothing(command: string, help: string): void {
  if (readFlags(command, HELP_FLAG).help) leave(help, 0);
}

const HELP_FLAG = { help: { type: 'boolean', default: false } } as const;

/** A whole number within bounds. */
export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isInteger(number) && number >= least && number <= most
    ? number
    : leave(`${name} must be a whole number from ${least} to ${most}, not "${text}".`, 2);
}

/** Says so, and leaves: on the screen what was asked for, as a complaint what went wrong. */
export function leave(text: string, code: number): never {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}

/** Node explains at length how a word could be passed on that begins with a dash; here nobody wants that. */
function complaint(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const first = message.split(/\.\s|\n/)[0]?.replace(/\.$/, '') ?? message;
  return `${first}.`;
}
