import { Option, type Command } from 'commander';
import type { CommandContext } from './context.ts';
import { examples } from './examples.ts';
import type { ShowFlags } from './show-feed.ts';

const EXAMPLES = [
  ['scan show', 'the top of data/master_feed.json'],
  ['scan show --symbol BTC --explain', 'why its scores are what they are, and what would flip them'],
  ['scan show --run', 'where the units went'],
  ['scan show --direction long --exchange MEXC', 'only these; all filters combine'],
  ['scan show /tmp/feed.json --limit 30', 'another feed, more coins'],
  [`scan show --strategy trend-breakout --json | jq '.signals[0].gate'`, 'what would flip its first signal'],
] as const;

export function addShowCommand(program: Command, context: CommandContext): void {
  program
    .command('show')
    .description('show the top of a feed as a table, or explain one market')
    .argument('[feed]', 'a feed (default: data/master_feed.json)')
    .option('--symbol <name>', 'only this coin or market, e.g. BTC, XBTUSDTM or KUCOIN:XBTUSDTM')
    .option('--exchange <name>', 'only this exchange')
    .option('--strategy <ids>', 'only these strategies, separated by commas')
    .addOption(
      // Checked with the other names, where a near miss is named too.
      new Option('--direction <side>', 'only signals with this direction')
        .choices(['long', 'short', 'none'])
        .argParser((side) => side),
    )
    .option('--explain', 'every part of the score with its value and threshold, and what would flip the direction')
    .option('--run', 'where the units of the run went, and what they changed')
    .option('--json', 'the signals as JSON, with the head of their run')
    .option('--limit <n>', 'coins per strategy (default: 10); with --json signals per strategy (default: all)')
    .addHelpText('before', examples(EXAMPLES))
    .action(async (file: string | undefined, flags: ShowFlags) => {
      const { showFeed } = await import('./show-feed.ts');
      context.stdout.write(showFeed(file ?? null, flags, context));
    });
}
