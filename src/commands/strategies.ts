import type { Command } from 'commander';
import type { Strategy } from '../core/strategy.ts';
import { appearance, type CommandContext } from './context.ts';
import { examples } from './examples.ts';

const EXAMPLES = [
  ['scan strategies', 'each with what it needs and its parameters'],
  [`scan strategies --json | jq '.[].id'`, 'the ids alone'],
] as const;

export function addStrategiesCommand(program: Command, context: CommandContext): void {
  program
    .command('strategies')
    .description('list the strategies with their parameters')
    .option('--json', 'print JSON')
    .addHelpText('before', examples(EXAMPLES))
    .action(async (options: { readonly json?: true }) => {
      const { STRATEGIES } = await import('../strategies/index.ts');
      const { paragraph } = await import('../feed/layout.ts');
      const look = appearance(context.stdout, context.env);
      const lay = (text: string): string => paragraph(text, look, [2, 4]).join('\n');
      context.stdout.write(
        options.json ? `${JSON.stringify(STRATEGIES.map(described), null, 2)}\n` : asText(STRATEGIES, lay),
      );
    });
}

function described({ id, summary, warmup, settledAt, series, parameters }: Strategy): object {
  return { id, summary, warmup, settled_at: settledAt, series, parameters };
}

/** `lay` wraps and indents one line. */
function asText(strategies: readonly Strategy[], lay: (text: string) => string): string {
  const blocks = strategies.map((strategy) => {
    const parameters = Object.entries(strategy.parameters).map(([name, value]) => `${name} ${value}`);
    const lines = [
      strategy.summary,
      `needs ${strategy.warmup} closed candles, settled from ${strategy.settledAt}`,
      `uses ${strategy.series.join(', ')}`,
      parameters.join(', '),
    ];
    return [strategy.id, ...lines.map(lay)].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}
