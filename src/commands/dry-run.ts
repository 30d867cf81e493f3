/** `scan --dry-run`: the plan as a table or JSON. */
import { placeOf, type Config } from '../config.ts';
import type { ProviderName } from '../core/feed.ts';
import { dryRun, type DryRun, type GoalCost } from '../job/dry-run.ts';
import { providerFor } from '../job/provider.ts';
import { findCandles, judgeMarkets, timeOf, readEvent } from '../job/reading.ts';
import type { ScanRequest } from '../job/request.ts';
import type { Goal } from '../plan/goal.ts';
import { seriesWindow } from '../plan/window.ts';
import { layTable, paragraph, type Column, type Look } from '../feed/layout.ts';
import { systemClock } from '../platform/clock.ts';
import { openKept } from '../wire.ts';
import { appearance, EXIT } from './context.ts';
import type { NamedGoals } from './run-aim.ts';
import { renderEvents } from './run-events.ts';
import type { RunTools } from './run-output.ts';
import { nothingRead } from './run-nothing.ts';

/** When `--top` does not say how many. */
const USUAL_TOP = 20;

/** Prints what each goal would cost. */
export async function printDryRun(
  request: ScanRequest,
  goals: NamedGoals,
  json: boolean,
  tools: RunTools,
): Promise<number> {
  const { config, log, context, progress, interrupt } = tools;
  const { stdout, env } = context;
  const tell = renderEvents(log, progress, config);
  const services = { clock: systemClock, tell, interrupt };
  const input = await findCandles(request);
  const chosen = providerFor(request, input.sampleMarker !== null);
  const provider = askedProvider(chosen, config);
  const asOf = timeOf(request, input, systemClock.now());
  const judged = await judgeMarkets(request, input, asOf, services, () => undefined);
  const skipped = [...input.unread, ...judged.tally.skipped];
  if (!judged.markets.some(({ timeframes }) => timeframes.length > 0)) {
    log.error(nothingRead({ files: input.files.length + input.unread.length, skipped }));
    return EXIT.noFeed;
  }
  tell(readEvent(input, judged, provider, skipped));
  if (provider === 'none') {
    progress.stop();
    stdout.write('Provider none: nothing would be fetched.\n');
    return EXIT.ok;
  }
  const note = (text: string): void => log.warn(text);
  const window = seriesWindow(
    asOf,
    judged.markets.flatMap(({ facts }) => facts ?? []),
  );
  const upstream = openKept(provider, { config, asOf, window, note });
  try {
    const plan = await dryRun(judged, { ...request, provider }, goalsToCost(goals), upstream, services);
    progress.stop();
    stdout.write(json ? `${JSON.stringify(plan, null, 2)}\n` : asText(plan, config, appearance(stdout, env)));
    return EXIT.ok;
  } finally {
    await upstream.close();
  }
}

function goalsToCost({ top, minScore }: NamedGoals): readonly Goal[] {
  return [
    { kind: 'actionable' },
    { kind: 'top', count: top ?? USUAL_TOP },
    ...(minScore === null ? [] : [{ kind: 'min-score', score: minScore } as const]),
    { kind: 'all' },
  ];
}

/** Without a key a run fetches nothing; what it would fetch with one can be told all the same. */
function askedProvider(chosen: ProviderName, config: Config): ProviderName {
  return chosen === 'none' && config.provider === 'auto' ? 'coinalyze' : chosen;
}

const COLUMNS: readonly Column<GoalCost>[] = [
  { title: 'GOAL', align: 'left', text: nameOf, style: () => 'bold' },
  { title: 'CALLS', align: 'right', text: ({ calls }) => rangeText(calls) },
  { title: 'REQUESTS', align: 'right', text: ({ requests }) => rangeText(requests) },
  { title: 'MINUTES', align: 'right', text: ({ minutes }) => rangeText(minutes) },
];

function asText(plan: DryRun, config: Config, look: Look): string {
  const { markets, distinct_symbols: symbols, series, cached } = plan;
  const mapped =
    symbols === null ? `about ${series} series` : `distinct symbols: ${symbols}; series that signals use: ${series}`;
  const lines = [
    `Dry run (${plan.provider}): nothing was sent, nothing was written.`,
    `Markets: ${markets}; ${mapped}; cached: ${cached.final} final, ${cached.fresh} fresh`,
    ...remarks(plan, config),
  ];
  const table = symbols === null ? [] : ['', ...layTable(COLUMNS, plan.goals, look).lines];
  return `${[...lines.flatMap((line) => paragraph(line, look)), ...table].join('\n')}\n`;
}

function remarks({ market_list: list, quota_known: known }: DryRun, config: Config): readonly string[] {
  const key = config.apiKey === null ? 'there is no COINALYZE_API_KEY' : 'its ledger cannot be read';
  const fetch = placeOf('fetch', config.sources.fetch);
  return [
    ...(config.fetch === 'none'
      ? [`With ${fetch} none a run sends nothing: what follows is what one without it would send.`]
      : []),
    ...(list === 'old' ? ['A run asks for the market list anew, which costs 2 more calls.'] : []),
    ...(list === 'missing'
      ? [
          'No market list is cached, so what markets map to and what goals cost is not known yet: a run asks for it first (2 calls).',
        ]
      : []),
    ...(known || list === 'missing'
      ? []
      : [`What the key has spent is not known (${key}): minutes are those of an unused quota.`]),
  ];
}

function nameOf({ goal, top, min_score: score }: GoalCost): string {
  return top !== null ? `top ${top}` : score !== null ? `min-score ${score}` : goal;
}

function rangeText(range: GoalCost['calls']): string {
  if (range === null) return '';
  return range.at_least === range.at_most ? String(range.at_most) : `${range.at_least} to ${range.at_most}`;
}
