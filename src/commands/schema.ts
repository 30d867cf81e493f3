import type { Command } from 'commander';
import type { CommandContext } from './context.ts';

export function addSchemaCommand(program: Command, context: CommandContext): void {
  program
    .command('schema')
    .description('print the JSON Schema of the feed')
    .addHelpText('before', 'Examples:\n  scan schema > feed.schema.json\n')
    .action(async () => {
      const { feedJsonSchema } = await import('../feed/schema.ts');
      context.stdout.write(`${JSON.stringify(feedJsonSchema(), null, 2)}\n`);
    });
}
