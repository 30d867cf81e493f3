import { once } from 'node:events';
import { InvalidArgumentError, type Command } from 'commander';
import { systemClock } from '../platform/clock.ts';
import { describeSystemError } from '../platform/text.ts';
import { ConfigError } from '../core/config-error.ts';
import type { CommandContext } from './context.ts';
import { examples } from './examples.ts';

interface SandboxFlags {
  readonly host: string;
  readonly port: number;
  readonly quotaCalls: number;
  readonly quotaWindowMs: number;
}

/** The made-up API has no business on a network. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

const EXAMPLES = [
  ['scan sandbox --port 8787', 'until Ctrl-C'],
  ['COINALYZE_BASE_URL=http://127.0.0.1:8787/v1 COINALYZE_API_KEY=any scan candles/', 'a scan that asks it'],
  [`curl -H 'api_key: any' 'http://127.0.0.1:8787/v1/exchanges'`, 'by hand'],
] as const;

export function addSandboxCommand(program: Command, context: CommandContext): void {
  program
    .command('sandbox')
    .description('run a Coinalyze-compatible server on this machine; its data are made up')
    .option('--host <address>', 'loopback address to listen on', '127.0.0.1')
    .option('--port <number>', 'port; 0 takes a free one', wholeNumber(0, 65_535), 8787)
    .option('--quota-calls <n>', 'calls per window and key', wholeNumber(1, 1_000_000), 40)
    .option('--quota-window-ms <ms>', 'length of the window', wholeNumber(1, 86_400_000), 60_000)
    .addHelpText('before', examples(EXAMPLES))
    .action(async (flags: SandboxFlags) => {
      if (!LOOPBACK.has(flags.host)) {
        throw new ConfigError(`--host: ${flags.host} is not an address of this machine alone; use 127.0.0.1 or ::1`, 2);
      }
      const { startSandbox } = await import('../sandbox/server.ts');
      const server = await startSandbox({ ...flags, now: () => systemClock.now() }).catch((error: unknown) => {
        const reason = describeSystemError(error);
        throw new ConfigError(`cannot listen on ${flags.host}:${flags.port} (${reason}); choose another --port`, 78);
      });
      context.stdout.write(`${server.url}\n`);
      context.stderr.write(
        `Made-up data, any key, ${flags.quotaCalls} calls per ${flags.quotaWindowMs / 1000} s. Ctrl-C stops it.\n`,
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
