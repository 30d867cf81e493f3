/** What stands above every view of a feed: its age, what it was made from, and what nobody may overlook. */
import type { FeedContent, RunStage } from '../core/feed.ts';
import { MINUTE_MS, SECOND_MS } from '../core/time.ts';
import { formatDuration } from '../platform/text.ts';
import { paint, paragraph, type Look } from './layout.ts';
import { timeText } from './words.ts';

/** Of a feed what stands before its rows. */
export type FeedHead = Pick<FeedContent, 'last_updated' | 'run' | 'summary'>;

/** How old a feed is at `now` (ms UTC; null when it is not written) and what it was made from. Ends with a newline. */
export function feedHead({ run, summary, last_updated: written }: FeedHead, now: number | null, look: Look): string {
  const parts = [
    now === null ? 'Not written' : `Written ${ageText(now - written)} (${timeText(written)})`,
    candlesText({ run, summary }, now ?? written),
    `series: ${run.provider}`,
    ...(run.attribution === null ? [] : [run.attribution]),
  ];
  return `${[...paragraph(parts.join('; '), look), ...bannerLines({ run }, look)].join('\n')}\n`;
}

/** How old the candles are, which a feed that was just written does not tell by its own age. The sample has a clock of its own. */
export function candlesText({ run, summary }: Pick<FeedHead, 'run' | 'summary'>, now: number): string {
  const { newest_close: newest, stale_markets: stale } = summary.candles;
  const age = newest === null ? 0 : (run.inputs.sample ? run.as_of : now) - newest;
  const candles =
    newest === null ? 'no candles' : `${run.timeframe} candles up to ${timeText(newest)}, ${ageText(age)}`;
  return `${candles}; markets: ${summary.markets}${stale === 0 ? '' : ` (${stale} stale)`}`;
}

function ageText(age: number): string {
  if (age < -MINUTE_MS) return `${formatDuration(-age)} in the future by this machine's clock`;
  // Seconds matter to nobody once there are minutes.
  return `${formatDuration(Math.max(0, age - (age % (age < MINUTE_MS ? SECOND_MS : MINUTE_MS))))} ago`;
}

const UNFINISHED: Readonly<Record<Exclude<RunStage, 'complete'>, string>> = {
  price:
    'Stage price: directions and setups are final, scores are not; series are still being fetched, or the run was ended.',
  goal: 'Stage goal: the goal of the run is met; what remains is still being fetched, or the run was ended.',
};

/** What nobody may overlook. */
export function bannerLines({ run }: Pick<FeedHead, 'run'>, look: Look): readonly string[] {
  const warnings = run.degraded_reasons.map(({ code, text }) => `Degraded (${code}): ${text}`);
  if (run.stage !== 'complete') warnings.unshift(UNFINISHED[run.stage]);
  if (run.inputs.sample) warnings.unshift('Made-up sample data: names are real tickers, every number is invented.');
  else if (run.provider === 'sandbox')
    warnings.unshift('Series are made up (provider sandbox): do not trade on these scores.');
  return warnings.flatMap((text) => paragraph(text, look).map((line) => paint(line, 'yellow', look)));
}
