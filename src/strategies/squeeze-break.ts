/** Release of a volatility squeeze, with a broken trendline and new money. */
import type { CandleSeries } from '../core/candles.ts';
import type { MarketView, Observable, Side } from '../core/strategy.ts';
import { HOUR_MS, TIMEFRAME_MS } from '../core/time.ts';
import { TOLERANCE_ATR } from '../indicators/trendlines.ts';
import type { ConditionRule } from './conditions.ts';
import { LEVELS_ABOVE_ZERO, same } from './conditions.ts';
import { NEW_MONEY } from './new-money.ts';
import { trendlineObservable } from './observables.ts';
import type { ComponentRule } from './parts.ts';
import { clamp, signOf } from './sides.ts';
import type { Facts, Reading, SqueezeEntry } from './squeeze-facts.ts';
import { PARAMETERS, entryOf, factsOf, readAt } from './squeeze-facts.ts';
import { edgeOf } from './squeeze-trigger.ts';
import { KELTNER_ATR, bandWidth, isSqueezed } from './squeeze.ts';
import { strategyOf } from './strategy-of.ts';
import { decimals, known, NO_VOLUME, price, volumeCode } from './texts.ts';

/** The change of open interest is measured over the squeeze, within these limits. */
const MIN_SPAN_MS = 24 * HOUR_MS;
const MAX_SPAN_MS = 72 * HOUR_MS;

const NO_SQUEEZE = 'no squeeze ended in the last 3 bars';

function squeezedBars({ run }: SqueezeEntry): number {
  return run?.length ?? 0;
}

/** The edge of the run that the close must leave, as the chart shows it. */
function edgeWords({ side, near }: SqueezeEntry): string {
  return `${side === 'long' ? 'above' : 'below'} the squeeze's ${side === 'long' ? 'high' : 'low'} ${price(near)}`;
}

const MOMENTUM: ConditionRule<SqueezeEntry> = {
  code: { long: 'MOMENTUM_UP', short: 'MOMENTUM_DOWN' },
  measure: same('momentum_atr'),
  value: ({ momentum, atr }) => momentum() / atr,
  needs: '>',
  threshold: () => 0,
  shortFrom: 0,
  text: ({ momentum, atr }) => `momentum is ${decimals(momentum() / atr)} ATR towards the side`,
};

const CONDITIONS: readonly ConditionRule<SqueezeEntry>[] = [
  {
    code: same('SQUEEZE_RELEASED'),
    measure: same('squeeze_bars'),
    value: squeezedBars,
    needs: '>=',
    threshold: () => PARAMETERS.min_squeeze_bars,
    text: ({ run }) =>
      run === null ? NO_SQUEEZE : `the squeeze lasted ${run.length} bars, ${PARAMETERS.min_squeeze_bars} needed`,
  },
  MOMENTUM,
  {
    code: { long: 'CLOSE_ABOVE_RANGE', short: 'CLOSE_BELOW_RANGE' },
    measure: same('close'),
    value: ({ close }) => close,
    needs: '>',
    threshold: ({ near }) => near,
    shortFrom: 0,
    text: (entry) =>
      `close ${price(entry.close)} is not ${edgeWords(entry)}: ` +
      `${decimals((entry.near - entry.close) / entry.atr)} ATR short of it`,
  },
  LEVELS_ABOVE_ZERO,
];

const COMPRESSION: ComponentRule<Facts> = {
  component: 'compression',
  max: 25,
  parts: [
    { part: 'squeeze_bars', value: squeezedBars, zeroAt: 3, fullAt: 24, max: 15 },
    {
      part: 'band_width_percentile',
      value: (facts) => facts.widthPercentile,
      zeroAt: 0.4,
      fullAt: 0.05,
      max: 10,
      missing: 'none',
    },
  ],
  code: ({ run }) => (run === null ? 'COMPRESSION_NONE' : 'COMPRESSION_RUN'),
  text: ({ run, widthPercentile }) =>
    run === null
      ? NO_SQUEEZE
      : `squeezed for ${run.length} bars; the band's width ranks ${decimals(widthPercentile)} ` +
        `among ${PARAMETERS.width_bars} bars`,
};

const RELEASE: ComponentRule<Facts> = {
  component: 'release',
  max: 20,
  parts: [
    { part: 'released_squeeze_bars', value: squeezedBars, zeroAt: 0, fullAt: 0, max: 10 },
    { part: 'momentum_atr', value: ({ momentumNow, atr }) => momentumNow / atr, zeroAt: 0, fullAt: 0, max: 5 },
    { part: 'momentum_gain_atr', value: momentumGainAtr, zeroAt: 0, fullAt: 0, max: 5 },
  ],
  code: ({ momentumNow }) => (momentumNow > 0 ? 'RELEASE_MOMENTUM_WITH_SIDE' : 'RELEASE_MOMENTUM_AGAINST_SIDE'),
  text: (facts) =>
    `${facts.run === null ? 'no squeeze to release' : 'squeeze released'}, momentum ` +
    `${decimals(facts.momentumNow / facts.atr)} ATR towards the side, ${momentumGainAtr(facts) > 0 ? 'growing' : 'not growing'}`,
};

function momentumGainAtr({ momentumNow, previousMomentum, atr }: Facts): number {
  return (momentumNow - previousMomentum) / atr;
}

/** A line that stands earns nothing for how well it stands. */
function ofBrokenLine({ line }: Facts, measure: 'touches' | 'span'): number {
  if (line?.broken !== true) return 0;
  return measure === 'touches' ? line.touches.length : line.span;
}

const TRENDLINE: ComponentRule<Facts> = {
  component: 'trendline',
  max: 20,
  parts: [
    {
      part: 'broken_by_atr',
      value: ({ line }) => line?.brokenBy ?? Number.NaN,
      zeroAt: TOLERANCE_ATR,
      fullAt: TOLERANCE_ATR,
      max: 8,
      missing: 'none',
    },
    { part: 'broken_line_touches', value: (facts) => ofBrokenLine(facts, 'touches'), zeroAt: 3, fullAt: 5, max: 6 },
    { part: 'broken_line_span_bars', value: (facts) => ofBrokenLine(facts, 'span'), zeroAt: 20, fullAt: 120, max: 6 },
  ],
  code: ({ line }) => (line === null ? 'TRENDLINE_NONE' : line.broken ? 'TRENDLINE_BROKEN' : 'TRENDLINE_INTACT'),
  text: ({ run, line }) => {
    if (line === null) return run === null ? 'not looked for without a squeeze' : 'no line of 3 touches';
    const touched = `a ${line.side} of ${line.touches.length} touches over ${line.span} bars`;
    return `${touched} ${line.broken ? 'broken by' : 'not broken: close beyond it by'} ${decimals(line.brokenBy)} ATR`;
  },
};

const VOLUME: ComponentRule<Facts> = {
  component: 'volume',
  max: 15,
  parts: [{ part: 'volume_ratio', value: ({ volume }) => volume, zeroAt: 1, fullAt: 2.5, max: 15, missing: 'half' }],
  code: ({ volume }) => volumeCode(volume),
  text: ({ volume }) =>
    Number.isNaN(volume) ? NO_VOLUME : `volume of the better of two bars ${decimals(volume)} times the 20-bar average`,
};

function spanMs({ candles }: MarketView, { run }: Reading): number {
  if (run === null) return MIN_SPAN_MS;
  return clamp(run.length * TIMEFRAME_MS[candles.timeframe], MIN_SPAN_MS, MAX_SPAN_MS);
}

function observe({ candles, indicators }: MarketView, facts: Facts): { readonly [key: string]: Observable } {
  const bar = candles.length - 1;
  const { run, line, atr } = facts;
  const middle = indicators.ema20[bar]!;
  return {
    indicators: {
      atr14: atr,
      band_width: bandWidth(indicators, bar),
      band_width_percentile: known(facts.widthPercentile),
      keltner: { middle, upper: middle + KELTNER_ATR * atr, lower: middle - KELTNER_ATR * atr },
      momentum: known(signOf(facts.side) * facts.momentumNow),
      volume_ratio: known(facts.volume),
    },
    squeeze: { on: isSqueezed(indicators, bar), ...timesOf(candles, run) },
    run: run === null ? null : { high: run.high, low: run.low },
    trendlines: line === null ? [] : [trendlineObservable(candles, line)],
  };
}

function timesOf({ time }: CandleSeries, run: Facts['run']) {
  if (run === null) return { length: null, start_time: null, end_time: null };
  return { length: run.length, start_time: time[run.start]!, end_time: time[run.end]! };
}

export const squeezeBreak = strategyOf<Reading, SqueezeEntry, Facts>({
  id: 'squeeze-break',
  summary:
    'close beyond the range of a volatility squeeze that has just ended, with a broken trendline and open interest',
  record: {
    status: 'inconclusive',
    excess_r: 0.086,
    interval: [-0.026, 0.208],
    net_r: 0.083,
    net_interval: [-0.029, 0.205],
    n: 8822,
    period: '2024-01 to 2026-03',
  },
  warmup: 150,
  warmedUpAt: 500,
  parameters: PARAMETERS,
  series: NEW_MONEY,
  maxBars: PARAMETERS.max_bars,
  conditions: CONDITIONS,
  components: [COMPRESSION, RELEASE, TRENDLINE, VOLUME],
  readAt,
  entryOf,
  factsOf,
  entryReason: (entry) => ({
    code: 'ENTRY_SQUEEZE_BREAK',
    text: `close ${price(entry.close)} ${edgeWords(entry)}, after ${squeezedBars(entry)} squeezed bars`,
  }),
  edgeOf: (view: MarketView, reading: Reading, side: Side) => edgeOf(view, reading, side, MOMENTUM),
  spanMs,
  observe,
});
