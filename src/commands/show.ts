import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import type { ShowFlags } from './show-feed.ts';

const EXAMPLES = `Examples:
  scan show                              the top of data/master_feed.json
  scan show --symbol BTC --explain       why its scores are what they are
  scan show /tmp/feed.json --limit 30
`;

export function addShowCommand(program: Command, context: CommandContext): void {
  program
    .command('show')
    .description('show the top of a feed as a table, or explain one market')
    .argument('[feed]', 'a feed (default: data/master_feed.json)')
    .option('--symbol <name>', 'only this coin or market, e.g. BTC, XBTUSDTM or KUCOIN:XBTUSDTM')
    .option('--explain', 'every component of the score, with the series behind it')
    .option('--limit <n>', 'coins per strategy', '10')
    .addHelpText('before', EXAMPLES)
    .action(async (file: string | undefined, flags: ShowFlags) => {
      const { showFeed } = await import('./show-feed.ts');
      context.stdout.write(showFeed(file ?? null, flags, context));
    });
}
