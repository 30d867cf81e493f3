import { Argument, type Command } from 'commander';
import { ConfigError } from '../core/config-error.ts';
import type { Strategy, StrategyRecord } from '../core/strategy.ts';
import { appearance, EXIT, type CommandContext } from './context.ts';
import { examples } from './examples.ts';

const EXAMPLES = [
  ['scan strategies', 'each with what it needs and its parameters'],
  [`scan strategies --json | jq '.[].id'`, 'the ids alone'],
  ['scan strategies new ./mine.ts', 'a strategy of your own to begin with'],
  ['scan strategies check ./mine.ts', 'what it promises, looked at on the sample'],
  ['scan strategies check ./mine.ts candles/', 'the same on your candles'],
] as const;

export function addStrategiesCommand(
  program: Command,
  context: CommandContext,
  setExitCode: (code: number) => void,
): void {
  program
    .command('strategies')
    .description('list the strategies with their parameters, or write and check one of your own')
    .addArgument(new Argument('[action]', 'what to do with a file instead of the list').choices(['new', 'check']))
    .argument('[file]', 'the file of the strategy, e.g. ./mine.ts')
    .argument('[folder]', 'candles to check it on (default: the shipped sample)')
    .option('--json', 'print JSON')
    .addHelpText('before', examples(EXAMPLES))
    .action(
      async (action: string | undefined, file: string | undefined, folder: string | undefined, options: Flags) => {
        if (action !== undefined) {
          setExitCode(await withFile(action, file, folder, context));
          return;
        }
        const { STRATEGIES } = await import('../strategies/index.ts');
        const { paragraph } = await import('../feed/layout.ts');
        const look = appearance(context.stdout, context.env);
        const lay = (text: string): string => paragraph(text, look, [2, 4]).join('\n');
        context.stdout.write(
          options.json ? `${JSON.stringify(STRATEGIES.map(described), null, 2)}\n` : asText(STRATEGIES, lay),
        );
      },
    );
}

interface Flags {
  readonly json?: true;
}

async function withFile(
  action: string,
  file: string | undefined,
  folder: string | undefined,
  context: CommandContext,
): Promise<number> {
  if (file === undefined) throw new ConfigError(`strategies ${action}: name the file, e.g. ./mine.ts`, EXIT.usage);
  const { checkStrategy, writeSkeleton } = await import('./own-strategy.ts');
  if (action === 'check') return checkStrategy(file, folder, context);
  writeSkeleton(file, context);
  return EXIT.ok;
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
