import { Option, type Command } from 'commander';
import type { CommandContext } from './context.ts';
import { examples } from './examples.ts';
import { addNames } from './name-lists.ts';
import type { ShowFlags } from './show-flags.ts';

const EXAMPLES = [
  ['scan show', 'the top of data/master_feed.json'],
  ['scan show --symbol BTC --explain', 'why its scores are what they are, and which close would fire'],
  ['scan show --since 8h', 'directions that began within the last 8 hours of candles'],
  ['scan show --markets --sort -funding_pct', 'one row a market, the highest funding first'],
  ['scan show --coins --sort -price_gap_pct', 'one row a coin: price gaps, funding between exchanges'],
  [`scan show --where "funding_pct > 0.05 && oi_change_24h_pct > 10"`, 'only what an expression says'],
  ['scan show --markets --columns coin,price,series.funding_rate.percentile --tsv', 'for a sheet'],
  ['scan show --run', 'where the calls went'],
  [`scan show --direction long --json | jq '.signals[0].triggers'`, 'the signals for other programs'],
] as const;

const WHERE_HELP = `
Expressions (--where) know > >= < <= == != && || ! + - * / abs() parentheses and
'texts' (case ignored). What a row does not have compares false; name == null
asks for it. --sort, --columns and --where take the names of the feed: of a
signal its own (score, since, stop_loss, trigger_long, ...) and its market's
(funding_pct, series.open_interest.percentile, ...). --since counts back from
the close of the feed's newest candle.`;

export function addShowCommand(program: Command, context: CommandContext): void {
  program
    .command('show')
    .description('show signals, markets or coins of a feed, or explain one market')
    .argument('[feed]', 'a feed (default: data/master_feed.json)')
    .option('--symbol <names>', 'only these coins or markets, e.g. BTC,ETH or XBTUSDTM or KUCOIN:XBTUSDTM', addNames)
    .option('--exchange <names>', 'only these exchanges, separated by commas', addNames)
    .option('--strategy <ids>', 'only these strategies, separated by commas', addNames)
    .addOption(
      // Checked with the other names, where a near miss is named too.
      new Option('--direction <side>', 'only signals with this direction')
        .choices(['long', 'short', 'none'])
        .argParser(addNames),
    )
    .option('--min-score <n>', 'only signals with at least this score')
    .option('--since <span>', 'only directions that began within this span, e.g. 8h or 2d')
    .option('--where <expression>', 'only rows for which it holds, e.g. "funding_pct > 0.05"')
    .option('--markets', 'one row a market: price, funding, open interest')
    .option('--coins', 'one row a coin, over all its markets')
    .option('--sort <name>', 'by this field, with - before it the largest first')
    .option('--columns <names>', 'these fields, separated by commas', addNames)
    .option('--explain', 'every part of the score, the conditions of both sides and the close that would fire')
    .option('--run', 'where the calls of the run went, and what they changed')
    .option('--tsv', 'tab-separated with a heading, nothing shortened')
    .option('--json', 'the rows as JSON, with the head of their run')
    .option('--limit <n>', 'coins per strategy (default: 10) or rows (default: 20); with --json and --tsv default: all')
    .addHelpText('before', examples(EXAMPLES))
    .addHelpText('after', WHERE_HELP)
    .action(async (file: string | undefined, flags: ShowFlags) => {
      const { showFeed } = await import('./show-feed.ts');
      const { explainAgain } = await import('./explain-again.ts');
      const tools = { explainAgain: explainAgain(context, file ?? null) };
      context.stdout.write(await showFeed(file ?? null, flags, context, tools));
    });
}
