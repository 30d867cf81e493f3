import type { Command } from 'commander';
import type { CommandContext } from './context.ts';

/** Hidden: the build calls it, and `scan man | man -l -` shows the manual where it is not installed. */
export function addManCommand(program: Command, context: CommandContext): void {
  program
    .command('man', { hidden: true })
    .description('print the manual page')
    .action(async () => {
      const { manPage } = await import('./man-page.ts');
      const { readTree } = await import('./tree.ts');
      context.stdout.write(manPage(readTree(program), context.version));
    });
}
