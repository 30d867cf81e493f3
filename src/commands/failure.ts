/** How every failure is told: the thing, the reason and the remedy on stderr in one or two lines, without a stack. */
import { CommanderError, type Command } from 'commander';
import { ConfigError } from '../core/config-error.ts';
import { createRedactor } from '../platform/log.ts';
import { escapeControl } from '../platform/text.ts';
import { secretsNear } from '../settings-places.ts';
import { EXIT, type CommandContext } from './context.ts';

export interface Failed {
  /** The command line as typed. */
  readonly args: readonly string[];
  readonly context: CommandContext;
  /** Absent when it failed outside of any command. */
  readonly program?: Command;
}

/** Tells what went wrong and answers with the exit code. With the log level debug the stack follows. */
export function reportFailure(error: unknown, { args, context, program }: Failed): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // The help has been printed instead.
    if (error.code === 'commander.help') return EXIT.usage;
  }
  const { exitCode, text } = describe(error, args, program);
  const redact = createRedactor(secretsNear(context));
  const stack = error instanceof Error && wantsStack(args, context) ? `${error.stack ?? 'no stack'}\n` : '';
  context.stderr.write(redact(`scan: ${escapeControl(text)}\n${stack}`));
  return exitCode;
}

function describe(
  error: unknown,
  args: readonly string[],
  program: Command | undefined,
): { readonly exitCode: number; readonly text: string } {
  if (error instanceof ConfigError) return { exitCode: error.exitCode, text: error.message };
  if (error instanceof CommanderError && program !== undefined) {
    return { exitCode: EXIT.usage, text: wrongUse(error, args, program) };
  }
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const text = `this is a bug in perpscan (${reason}); please report it with what SCAN_LOG_LEVEL=debug prints`;
  return { exitCode: EXIT.bug, text };
}

function wantsStack(args: readonly string[], { env }: CommandContext): boolean {
  const flag = args.findLastIndex((arg) => arg === '--log-level' || arg.startsWith('--log-level='));
  const given = flag < 0 ? env['SCAN_LOG_LEVEL'] : (args[flag]!.split('=')[1] ?? args[flag + 1]);
  return given === 'debug';
}

/** Commander's message in the words of the other errors. */
function wrongUse({ code, message }: CommanderError, args: readonly string[], program: Command): string {
  const [first = '', suggestion = ''] = message.replace(/^error: /, '').split('\n');
  const command = commandIn(args, program);
  const near = /Did you mean (.+)\?/.exec(suggestion)?.[1];
  const thing = first
    .replaceAll(/'([^']*)'/g, '$1')
    .replace(/\.$/, '')
    .replace(/ argument missing$/, ' needs a value')
    .replace(/ argument (.*) is invalid\. /, ': "$1" is not understood; ')
    .replace(/^command-argument value (.*) is invalid for argument (\S+)\. /, '$2: "$1" is not understood; ')
    .replace(/; Allowed choices are (?=.*,)/, '; expected one of ')
    .replace('; Allowed choices are', '; expected');
  const renamed = code === 'commander.unknownOption' ? RENAMED[flagIn(thing)] : undefined;
  if (renamed !== undefined) return `${thing}: it is called ${renamed} now, its value stays`;
  if (near !== undefined) return `${thing}; did you mean ${near}?`;
  const owners = code === 'commander.unknownOption' ? ownersOf(thing, program) : [];
  if (owners.length > 0) return `${thing}; it belongs to scan ${owners.join(', ')}`;
  return `${thing}; see scan ${command} --help`;
}

/** The command that was meant; `run` needs no name. */
function commandIn(args: readonly string[], program: Command): string {
  const names = new Set(program.commands.map((command) => command.name()));
  return args.find((arg) => names.has(arg)) ?? 'run';
}

const RENAMED: Readonly<Record<string, string | undefined>> = { '--quota-units': '--quota-calls' };

function flagIn(thing: string): string {
  return /--?[\w-]+$/.exec(thing)?.[0] ?? '';
}

function ownersOf(thing: string, program: Command): readonly string[] {
  const flag = flagIn(thing);
  const owners = program.commands.filter(({ options }) =>
    options.some(({ long, short }) => flag === long || flag === short),
  );
  return owners.map((owner) => owner.name());
}
