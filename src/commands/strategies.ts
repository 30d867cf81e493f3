import type { Command } from 'commander';
import type { Strategy, StrategyRecord } from '../core/strategy.ts';
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

function described({ id, summary, record, warmup, warmedUpAt, series, parameters }: Strategy): object {
  return {
    id,
    summary,
    record,
    warmup,
    warmed_up_at: warmedUpAt,
    series: series.map(({ kind, weight, speaksFor }) => ({ kind, weight, speaks_for: speaksFor })),
    parameters,
  };
}

function recordText({ status, excess_r: excess, interval, net_r: net, n, period }: StrategyRecord): string {
  if (excess === null || interval === null || net === null) return `record: ${status}`;
  const [low, high] = interval.map(signed);
  return `record ${period ?? ''}: ${status}; ${signed(excess)} R a trade against random entries (90 %: ${low} to ${high}), ${signed(net)} R after costs, ${n} trades`;
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
}

/** `lay` wraps and indents one line. */
function asText(strategies: readonly Strategy[], lay: (text: string) => string): string {
  const blocks = strategies.map((strategy) => {
    const parameters = Object.entries(strategy.parameters).map(([name, value]) => `${name} ${value}`);
    const lines = [
      strategy.summary,
      recordText(strategy.record),
      `needs ${strategy.warmup} closed candles, warmed up from ${strategy.warmedUpAt}`,
      `uses ${strategy.series.map(({ kind }) => kind).join(', ')}`,
      parameters.join(', '),
    ];
    return [strategy.id, ...lines.map(lay)].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}
