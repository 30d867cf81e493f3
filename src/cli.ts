/** The program: its commands, its help, its exit codes. */
import path from 'node:path';
import { Command } from 'commander';
import { addCompletionCommand } from './commands/completion.ts';
import { appearance, EXIT, EXIT_CODES, type CommandContext, type Output } from './commands/context.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { examples } from './commands/examples.ts';
import { reportFailure } from './commands/failure.ts';
import { addHelpCommand } from './commands/help.ts';
import { addManCommand } from './commands/man.ts';
import { addRunCommand } from './commands/run.ts';
import { addSandboxCommand } from './commands/sandbox.ts';
import { addSchemaCommand } from './commands/schema.ts';
import { addShowCommand } from './commands/show.ts';
import { addStrategiesCommand } from './commands/strategies.ts';
import { describeSystemError } from './platform/text.ts';

const EXAMPLES = [
  ['scan data/ --strategy all', 'the main job: every market, every strategy, one feed'],
  ['scan show', 'the top of the feed'],
  ['scan show --symbol BTC --explain', 'why a score is what it is'],
  ['scan candles/ --provider sandbox', 'your candles with made-up series, no key'],
] as const;

const NOTES = `
The options of the main job: scan run --help

Exit codes:
${EXIT_CODES.map(([codes, meaning]) => `  ${codes.padEnd(13)}  ${meaning}`).join('\n')}`;

/** Runs the command line in `process.argv` and sets the exit code. @param version that this program was built from */
export async function main(version: string): Promise<void> {
  const args = process.argv.slice(2);
  const context = systemContext(version);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `scan show | head` closes the pipe early: that is no error of ours.
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.ok);
    const reason = describeSystemError(error);
    context.stderr.write(`scan: stdout cannot be written (${reason}); what was printed is incomplete\n`);
    process.exit(EXIT.configuration);
  });
  // A log that cannot be written, because its pipe or its disk is gone, must not cost the feed, and nobody could be told.
  process.stderr.on('error', () => undefined);
  // Also where a promise that nobody waits for was rejected.
  process.on('uncaughtException', (error) => process.exit(reportFailure(error, { args, context })));
  process.exitCode = await run(args, context);
}

/** Runs one command line and answers with its exit code; what fails is told on stderr. */
export async function run(args: readonly string[], context: CommandContext): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = buildProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportFailure(error, { args, context, program });
  }
}

/** The command tree. It runs nothing by itself; manual and completion are read off it. */
export function buildProgram(context: CommandContext, setExitCode: (code: number) => void): Command {
  const program = new Command('scan')
    .description('Scores crypto perpetual futures from candle files and Coinalyze series into one feed.')
    .usage('<folder or file...> [options]\n       scan <command> [options]')
    .version(context.version, '-V, --version', 'print the version')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      // Every error is told in one place, failure.ts.
      outputError: () => undefined,
      getOutHelpWidth: () => helpWidth(context.stdout, context),
      getErrHelpWidth: () => helpWidth(context.stderr, context),
      getOutHasColors: () => appearance(context.stdout, context.env).colour,
      getErrHasColors: () => appearance(context.stderr, context.env).colour,
    })
    .configureHelp({
      minWidthToWrap: 20,
      styleTitle: bold,
      styleOptionTerm: cyan,
      styleSubcommandTerm: cyan,
      styleArgumentTerm: cyan,
    })
    .addHelpText('before', examples(EXAMPLES))
    .addHelpText('after', NOTES)
    .exitOverride();
  addRunCommand(program, context, setExitCode);
  addShowCommand(program, context);
  addDoctorCommand(program, context, setExitCode);
  addStrategiesCommand(program, context, setExitCode);
  addSchemaCommand(program, context, setExitCode);
  addSandboxCommand(program, context);
  addCompletionCommand(program, context);
  addManCommand(program, context);
  addHelpCommand(program);
  return program;
}

/** In a pipe what a line of a README or a mail holds. */
function helpWidth(output: Output, { env }: CommandContext): number {
  return output.isTTY === true ? appearance(output, env).width : 100;
}

function bold(text: string): string {
  return `\u001b[1m${text}\u001b[22m`;
}

function cyan(text: string): string {
  return `\u001b[36m${text}\u001b[39m`;
}

function systemContext(version: string): CommandContext {
  return {
    version,
    packageRoot: path.join(import.meta.dirname, '..'),
    cwd: process.cwd(),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
  };
}
