/** The program: its commands, its help, its exit codes. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { addDoctorCommand } from './commands/doctor.ts';
import { addRunCommand } from './commands/run.ts';
import { addSandboxCommand } from './commands/sandbox.ts';
import { addSchemaCommand } from './commands/schema.ts';
import { addShowCommand } from './commands/show.ts';
import { addStrategiesCommand } from './commands/strategies.ts';
import { EXIT, type CommandContext } from './commands/context.ts';
import { ConfigError } from './core/config-error.ts';

const EXIT_CODES = `Exit codes:
  0    feed written and complete
  1    a bug in the program
  2    wrong usage
  3    feed written, but degraded (--allow-degraded makes it 0)
  4    no feed written; an older feed stays as it was
  78   configuration or runtime
  130, 143  interrupted, terminated`;

/** Runs the command line in `process.argv` and sets the exit code. */
export async function main(): Promise<void> {
  // `scan show | head` closes the pipe early: that is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(process.exitCode ?? EXIT.ok);
  });
  // A log pipe that dies must not cost the feed.
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.exitCode = await run(process.argv.slice(2), systemContext());
}

/** Runs one command line and answers with its exit code. */
async function run(args: readonly string[], context: CommandContext): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = buildProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof ConfigError) {
      context.stderr.write(`scan: ${error.message}\n`);
      return error.exitCode;
    }
    throw error;
  }
}

function buildProgram(context: CommandContext, setExitCode: (code: number) => void): Command {
  const program = new Command('scan')
    .description('Scores crypto perpetual futures from candle files and Coinalyze series into one feed.')
    .version(context.version, '-V, --version', 'print the version')
    .showSuggestionAfterError()
    .showHelpAfterError('(scan run --help shows the options of the main job, with examples)')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
    .addHelpText('after', `\n${EXIT_CODES}`)
    .exitOverride();
  addRunCommand(program, context, setExitCode);
  addShowCommand(program, context);
  addDoctorCommand(program, context, setExitCode);
  addStrategiesCommand(program, context);
  addSchemaCommand(program, context);
  addSandboxCommand(program, context, setExitCode);
  return program;
}

function systemContext(): CommandContext {
  const packageRoot = path.join(import.meta.dirname, '..');
  const manifest = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return {
    version: manifest.version,
    packageRoot,
    cwd: process.cwd(),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
  };
}
