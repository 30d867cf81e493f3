import type { Command } from 'commander';
import { ConfigError } from '../core/config-error.ts';
import { closest } from '../platform/text.ts';
import { EXIT } from './context.ts';
import { examples } from './examples.ts';

const EXAMPLES = [
  ['scan help', 'the commands and the exit codes'],
  ['scan help show', 'the same as scan show --help'],
] as const;

/** In place of commander's own, which answers an unknown name with the whole help and no word on what is wrong. */
export function addHelpCommand(program: Command): void {
  program.helpCommand(false);
  program
    .command('help')
    .description('display help for command')
    .argument('[command]', 'a command')
    .addHelpText('before', examples(EXAMPLES))
    .action((name?: string) => {
      if (name === undefined) program.help();
      const known = program.commands.find((command) => command.name() === name);
      if (known !== undefined) known.help();
      const names = program.createHelp().visibleCommands(program);
      const near = closest(
        name,
        names.map((command) => command.name()),
      );
      const remedy = near === null ? 'see scan --help' : `did you mean ${near}?`;
      throw new ConfigError(`unknown command ${name}; ${remedy}`, EXIT.usage);
    });
}
