import { Option, type Command } from 'commander';
import { ConfigError } from '../core/config-error.ts';
import { EXIT, type CommandContext } from './context.ts';
import { examples } from './examples.ts';
import { expectPaths } from './missing-path.ts';
import { addNames } from './name-lists.ts';
import type { RunFlags } from './run-scan.ts';

const EXAMPLES = [
  ['scan data/ --strategy all', 'the main job: every market, every strategy'],
  ['scan candles/ --budget 14m --quiet', 'from cron: errors only'],
  ['scan candles/ --top 20', 'the 20 best of each strategy, final, for the fewest calls'],
  ['scan candles/ --provider sandbox', 'with made-up series, no key'],
  [`scan candles/ --symbol BTC --json | jq '.signals[0]'`, 'a part of the market, nothing written'],
  ['scan candles/ --as-of 2026-01-19T17:00:00Z', 'as it was then'],
] as const;

const NO_PATHS = 'no candles to scan: give a folder or files, e.g. scan data/ --strategy all; see scan run --help';

export function addRunCommand(program: Command, context: CommandContext, setExitCode: (code: number) => void): void {
  program
    .command('run', { isDefault: true })
    .description('score candle files and write the feed (also without the word run)')
    .argument('[paths...]', 'folders, searched recursively, or single candle files')
    .option('--strategy <ids>', 'all, or ids and files of your own, e.g. all,./mine.ts (default: all)', addNames)
    .option('--strategy-timeout <duration>', 'for one market, of a strategy of your own (default: 5s)')
    .option('--timeframe <timeframe>', 'timeframe of the feed: 15m 1h 4h 1d ..., or auto (default: 4h)')
    .option('--provider <name>', 'where series come from: auto, coinalyze, sandbox, none (default: auto)')
    .option('--fetch <which>', 'which series: all, actionable (of signals with a direction), none (default: all)')
    .option('--top <n>', 'fetch until the n best of each strategy with a direction are final, then stop')
    .option('--min-score <score>', 'fetch until every signal from this score on is final, then stop')
    .option('--budget <duration>', 'how long the remaining series may be fetched, e.g. 90s (default: 5m)')
    .option('--deadline <duration>', 'when the feed is written with what there is, degraded (default: 15m)')
    .option('--wait-lock [duration]', 'wait while another scan runs (default: as long as --deadline)')
    .addOption(
      new Option('--refresh <what>', 'markets: ask for the market list anew; cached series stay').choices(['markets']),
    )
    .option('--dry-run', 'print what each goal would cost; nothing is sent or written (also with --json)')
    .option(
      '--symbol <names>',
      'only these coins or markets, e.g. BTC,ETH or XBTUSDTM or KUCOIN:XBTUSDTM; also of a single file that names none',
      addNames,
    )
    .option('--exclude <names>', 'leave these coins or markets out, named in the same way', addNames)
    .option(
      '--exchange <names>',
      'only these exchanges, e.g. KUCOIN,MEXC; one alone is also the exchange of files that name none',
      addNames,
    )
    .option(
      '--format <id>',
      'read every file as this format only: arrays, binance-klines, coinalyze, csv, feather, objects, parquet',
    )
    .option('--limit <n>', 'only the first n markets')
    .option('--as-of <time>', 'ISO time or ms UTC that replaces the clock for all that is computed')
    .option('--output <file>', 'the feed (default: data/master_feed.json)')
    .option('--detail <which>', 'lean explains signals with a direction, full every signal (default: lean)')
    .option('--json', 'print the feed on stdout')
    .option('--quiet', 'print errors only')
    .option('--log-level <level>', 'error, warn, info or debug (default: info)')
    .option('--log-format <format>', 'text or json (default: text)')
    .option('--no-progress', 'no progress bars')
    .option('--ping-url <url>', 'after the run: GET this address, with /fail behind it unless the feed is complete')
    .option('--allow-degraded', 'exit 0 also when the feed is degraded')
    .addHelpText('before', examples(EXAMPLES))
    .action(async (paths: string[], flags: RunFlags) => {
      if (program.args.length === 0) program.help({ error: true });
      if (paths.length === 0) throw new ConfigError(NO_PATHS, EXIT.usage);
      const names = (): string[] =>
        program
          .createHelp()
          .visibleCommands(program)
          .map((one) => one.name());
      // Loaded only when it is needed: help and version must not wait for it.
      const { run } = await import('./run-scan.ts');
      setExitCode(await run(paths, flags, context, () => expectPaths(paths, context.cwd, names())));
    });
}
