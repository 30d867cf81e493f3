import { once } from 'node:events';
import { InvalidArgumentError, type Command } from 'commander';
import { systemClock } from '../platform/clock.ts';
import { EXIT, type CommandContext } from './context.ts';

interface SandboxFlags {
  readonly host: string;
  readonly port: number;
  readonly quotaUnits: number;
  readonly quotaWindowMs: number;
}

/** The made-up API has no business on a network. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

const EXAMPLES = `Examples:
  scan sandbox --port 8787
  COINALYZE_BASE_URL=http://127.0.0.1:8787/v1 COINALYZE_API_KEY=any scan candles/ --strategy all
  curl -H 'api_key: any' 'http://127.0.0.1:8787/v1/open-interest?symbols=BTCUSDT_PERP.A'
`;

export function addSandboxCommand(
  program: Command,
  context: CommandContext,
  setExitCode: (code: number) => void,
): void {
  program
    .command('sandbox')
    .description('run a Coinalyze-compatible server on this machine; its data are made up')
    .option('--host <address>', 'loopback address to listen on', '127.0.0.1')
    .option('--port <number>', 'port; 0 takes a free one', wholeNumber(0, 65_535), 8787)
    .option('--quota-units <n>', 'symbols per window and key', wholeNumber(1, 1_000_000), 40)
    .option('--quota-window-ms <ms>', 'length of the window', wholeNumber(1, 86_400_000), 60_000)
    .addHelpText('before', EXAMPLES)
    .action(async (flags: SandboxFlags) => {
      if (!LOOPBACK.has(flags.host)) {
        context.stderr.write(
          `scan sandbox: --host ${flags.host} is not an address of this machine alone; use 127.0.0.1 or ::1\n`,
        );
        return setExitCode(EXIT.usage);
      }
      const { startSandbox } = await import('../sandbox/server.ts');
      const server = await startSandbox({ ...flags, now: () => systemClock.now() }).catch(
        (error: NodeJS.ErrnoException) => {
          context.stderr.write(
            `scan sandbox: cannot listen on ${flags.host}:${flags.port} (${error.message}); choose another --port\n`,
          );
          setExitCode(EXIT.configuration);
          return null;
        },
      );
      if (server === null) return;
      context.stdout.write(`${server.url}\n`);
      context.stderr.write(
        `Made-up data, any key, ${flags.quotaUnits} symbols per ${flags.quotaWindowMs / 1000} s. Ctrl-C stops it.\n`,
      );
      const stopped = new AbortController();
      await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal, { signal: stopped.signal })));
      stopped.abort();
      await server.close();
    });
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
}
