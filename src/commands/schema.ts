import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { examples } from './examples.ts';

const EXAMPLES = [
  ['scan schema > feed.schema.json', 'for editors and validators'],
  [`scan schema | jq '.properties | keys'`, 'what a feed holds'],
] as const;

export function addSchemaCommand(program: Command, context: CommandContext): void {
  program
    .command('schema')
    .description('print the JSON Schema of the feed')
    .addHelpText('before', examples(EXAMPLES))
    .action(async () => {
      const { feedJsonSchema } = await import('../feed/schema.ts');
      context.stdout.write(`${JSON.stringify(feedJsonSchema(), null, 2)}\n`);
    });
}
