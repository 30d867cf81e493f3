import type { Command } from 'commander';
import { EXIT, type CommandContext } from './context.ts';
import { examples } from './examples.ts';

const EXAMPLES = [
  ['scan schema > feed.schema.json', 'for editors and validators'],
  [`scan schema | jq '.properties | keys'`, 'what a feed holds'],
  ['scan schema --check data/master_feed.json', 'whether a feed is in order: one line for each problem, exit code 3'],
] as const;

export function addSchemaCommand(program: Command, context: CommandContext, setExitCode: (code: number) => void): void {
  program
    .command('schema')
    .description('print the JSON Schema of the feed, or check a feed')
    .option('--check <file>', 'check this feed: its schema, and that counts, order and repetitions agree')
    .addHelpText('before', examples(EXAMPLES))
    .action(async ({ check }: { readonly check?: string }) => {
      if (check === undefined) {
        const { feedJsonSchema } = await import('../feed/schema.ts');
        context.stdout.write(`${JSON.stringify(feedJsonSchema(), null, 2)}\n`);
        return;
      }
      const { checkFeed } = await import('./check-feed.ts');
      const { lines, fits } = checkFeed(check, context);
      context.stdout.write(lines);
      if (!fits) setExitCode(EXIT.degraded);
    });
}
