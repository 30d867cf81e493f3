import { Argument, type Command } from 'commander';
import type { CommandContext } from './context.ts';
import { examples } from './examples.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const EXAMPLES = [
  ['eval "$(scan completion bash)"', 'bash: this line in ~/.bashrc'],
  ['eval "$(scan completion zsh)"', 'zsh: this line in ~/.zshrc, after compinit'],
  ['scan completion fish | source', 'fish: this line in ~/.config/fish/config.fish'],
] as const;

export function addCompletionCommand(program: Command, context: CommandContext): void {
  program
    .command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText('before', examples(EXAMPLES))
    .action(async (shell: Shell) => {
      const { readTree } = await import('./tree.ts');
      const { bashCompletion } = await import('./completion/bash.ts');
      const { fishCompletion } = await import('./completion/fish.ts');
      const { zshCompletion } = await import('./completion/zsh.ts');
      const script = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }[shell];
      context.stdout.write(script(readTree(program)));
    });
}
