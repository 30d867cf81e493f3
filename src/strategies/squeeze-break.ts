/** Release of a volatility squeeze, with a broken trendline and new money (strategies.md 1.5, rulings.md 20). */
import type { CandleSeries } from '../core/candles.ts';
import type { Observable, Side, Strategy } from '../core/strategy.ts';
import { HOUR_MS, TIMEFRAME_MS } from '../core/time.ts';
import { percentileRank } from '../indicators/percentile.ts';
import type { Trendline } from '../indicators/trendlines.ts';
import { findTrendlines } from '../indicators/trendlines.ts';
import type { Columns } from './columns.ts';
import { columnsOf } from './columns.ts';
import { NEW_MONEY, externalBlock, kindsOf } from './external-block.ts';
import { trendlineObservable } from './observables.ts';
import type { PriceBlock } from './scoring.ts';
import { clamp, decimals, digits, known, lin, signOf, volumeRatio } from './scoring.ts';
import type { SqueezeRun } from './squeeze.ts';
import { KELTNER_ATR, bandWidth, isSqueezed, momentumOf, releasedRun } from './squeeze.ts';
import type { Gate, SideAnswer } from './verdict.ts';
import { chooseSide, gateOf, scored, setupOf, withoutRange } from './verdict.ts';

const PARAMETERS = {
  min_squeeze_bars: 6,
  width_bars: 120,
  trendline_exclude_bars: 3,
  min_stop_atr: 1,
  max_stop_atr: 2,
  target_stops: 2,
  max_bars: 48,
} as const;

/** The change of open interest is measured over the squeeze, within these limits. */
const MIN_SPAN_MS = 24 * HOUR_MS;
const MAX_SPAN_MS = 72 * HOUR_MS;

/** A squeeze that has just ended. */
interface Release {
  readonly run: SqueezeRun;
  /** Rank of the band's width at the run's end among the 120 bars that end there, 0..1. */
  readonly widthPercentile: number;
}

/** For shorts prices and momentum are negated. */
interface Facts {
  readonly side: Side;
  readonly close: number;
  readonly atr: number;
  readonly momentum: number;
  readonly previousMomentum: number;
  /** The better one of the last two candles. */
  readonly volume: number;
  readonly release: Release | null;
  /** The best line against the side; null without a release. */
  readonly line: Trendline | null;
}

/** Equal widths must rank as equal: what differs beyond ten digits is the order in which closes were added up. */
function comparableWidth(columns: Columns, index: number): number {
  return Number(bandWidth(columns, index).toPrecision(10));
}

function releaseOf(candles: CandleSeries, columns: Columns): Release | null {
  const run = releasedRun(candles, columns);
  if (run === null) return null;
  const widths = Array.from({ length: PARAMETERS.width_bars }, (_, back) => comparableWidth(columns, run.end - back));
  return { run, widthPercentile: percentileRank(widths, comparableWidth(columns, run.end)) };
}

function factsOf(
  candles: CandleSeries,
  columns: Columns,
  momentum: Float64Array,
  release: Release | null,
  side: Side,
): Facts {
  const t = candles.length - 1;
  const sign = signOf(side);
  const atr = columns.atr14[t]!;
  return {
    side,
    close: sign * candles.close[t]!,
    atr,
    momentum: sign * momentum[t]!,
    previousMomentum: sign * momentum[t - 1]!,
    volume: Math.max(volumeRatio(candles, columns.volume20, t), volumeRatio(candles, columns.volume20, t - 1)),
    release,
    line:
      release === null
        ? null
        : findTrendlines(candles, t, side === 'long' ? 'resistance' : 'support', {
            atr,
            exclude: PARAMETERS.trendline_exclude_bars,
          }),
  };
}

function compression({ release }: Facts): PriceBlock {
  if (release === null) {
    return {
      component: 'compression',
      points: 0,
      max: 25,
      code: 'COMPRESSION_NONE',
      text: () => 'no squeeze ended in the last 3 bars',
    };
  }
  const { run, widthPercentile } = release;
  return {
    component: 'compression',
    points: 15 * lin(run.length, 3, 24) + 10 * lin(widthPercentile, 0.4, 0.05),
    max: 25,
    code: 'COMPRESSION_RUN',
    text: () =>
      `squeezed for ${run.length} bars; the band's width ranks ${decimals(widthPercentile)} among ${PARAMETERS.width_bars} bars`,
  };
}

function releasePoints({ release, momentum, previousMomentum, atr }: Facts): PriceBlock {
  const withSide = momentum > 0;
  const growing = momentum > previousMomentum;
  return {
    component: 'release',
    points: (release === null ? 0 : 10) + (withSide ? 5 : 0) + (growing ? 5 : 0),
    max: 20,
    code: withSide ? 'RELEASE_MOMENTUM_WITH_SIDE' : 'RELEASE_MOMENTUM_AGAINST_SIDE',
    text: () =>
      `${release === null ? 'no squeeze to release' : 'squeeze released'}, momentum ${decimals(momentum / atr)} ATR ` +
      `towards the side, ${growing ? 'growing' : 'not growing'}`,
  };
}

function trendline({ release, line }: Facts): PriceBlock {
  const broken = line?.broken === true;
  return {
    component: 'trendline',
    points: broken ? 8 + 6 * lin(line.touches.length, 3, 5) + 6 * lin(line.span, 20, 120) : 0,
    max: 20,
    code: line === null ? 'TRENDLINE_NONE' : broken ? 'TRENDLINE_BROKEN' : 'TRENDLINE_INTACT',
    text: () => {
      if (line === null) return release === null ? 'not looked for without a squeeze' : 'no line of 3 touches';
      const touched = `a ${line.side} of ${line.touches.length} touches over ${line.span} bars`;
      return `${touched} ${broken ? 'broken by' : 'not broken: close beyond it by'} ${decimals(line.brokenBy)} ATR`;
    },
  };
}

function volumePoints({ volume }: Facts): PriceBlock {
  return {
    component: 'volume',
    points: 15 * lin(volume, 1, 2.5),
    max: 15,
    code: 'VOLUME_RATIO',
    text: () => `volume of the better of two bars ${decimals(volume)} times the 20-bar average`,
  };
}

function gate({ side, close, atr, momentum, release }: Facts): Gate {
  if (release === null) {
    return { holds: false, reason: { code: 'NO_GATE_NO_SQUEEZE', text: 'no squeeze ended in the last 3 bars' } };
  }
  const { run } = release;
  const long = side === 'long';
  const far = long ? run.low : -run.high;
  const near = long ? run.high : -run.low;
  const edge = `${long ? 'above' : 'below'} the squeeze's ${long ? 'high' : 'low'} ${digits(Math.abs(near))}`;
  const price = digits(Math.abs(close));
  return gateOf(
    [
      {
        holds: run.length >= PARAMETERS.min_squeeze_bars,
        code: 'NO_GATE_SHORT_SQUEEZE',
        text: () => `the squeeze lasted ${run.length} bars, ${PARAMETERS.min_squeeze_bars} needed`,
      },
      {
        holds: momentum > 0,
        code: 'NO_GATE_MOMENTUM',
        text: () => `momentum is ${decimals(momentum / atr)} ATR towards the side`,
      },
      {
        holds: close > near,
        code: 'NO_GATE_INSIDE_RANGE',
        text: () => `close ${price} is not ${edge}: ${decimals((near - close) / atr)} ATR short of it`,
      },
    ],
    () => {
      const stop = clamp(close - far, PARAMETERS.min_stop_atr * atr, PARAMETERS.max_stop_atr * atr);
      return {
        reason: { code: 'GATE_SQUEEZE_BREAK', text: `close ${price} ${edge}, after ${run.length} squeezed bars` },
        setup: setupOf(side, Math.abs(close), stop, PARAMETERS.target_stops * stop, PARAMETERS.max_bars),
      };
    },
  );
}

function judge(facts: Facts): SideAnswer {
  return {
    blocks: [compression(facts), releasePoints(facts), trendline(facts), volumePoints(facts)],
    gate: gate(facts),
  };
}

function spanOf({ timeframe }: CandleSeries, release: Release | null): number {
  if (release === null) return MIN_SPAN_MS;
  return clamp(release.run.length * TIMEFRAME_MS[timeframe], MIN_SPAN_MS, MAX_SPAN_MS);
}

function observabilityOf(
  candles: CandleSeries,
  columns: Columns,
  facts: Facts,
): { readonly [key: string]: Observable } {
  const t = candles.length - 1;
  const { release, line, atr } = facts;
  const middle = columns.ema20[t]!;
  return {
    indicators: {
      atr14: atr,
      band_width: bandWidth(columns, t),
      band_width_percentile: release === null ? null : release.widthPercentile,
      keltner: { middle, upper: middle + KELTNER_ATR * atr, lower: middle - KELTNER_ATR * atr },
      momentum: known(signOf(facts.side) * facts.momentum),
      volume_ratio: facts.volume,
    },
    squeeze: {
      on: isSqueezed(columns, t),
      length: release === null ? null : release.run.length,
      start_time: release === null ? null : candles.time[release.run.start]!,
      end_time: release === null ? null : candles.time[release.run.end]!,
    },
    run: release === null ? null : { high: release.run.high, low: release.run.low },
    trendlines: line === null ? [] : [trendlineObservable(candles, line)],
  };
}

export const squeezeBreak = {
  id: 'squeeze-break',
  summary:
    'close beyond the range of a volatility squeeze that has just ended, with a broken trendline and open interest',
  warmup: 150,
  settledAt: 500,
  series: kindsOf(NEW_MONEY),
  parameters: PARAMETERS,
  evaluate: (input) => {
    const { candles } = input;
    const columns = columnsOf(candles);
    const failure = withoutRange(columns.atr14[candles.length - 1]!);
    if (failure) return failure;

    const momentum = momentumOf(candles, columns);
    const release = releaseOf(candles, columns);
    const facts = {
      long: factsOf(candles, columns, momentum, release, 'long'),
      short: factsOf(candles, columns, momentum, release, 'short'),
    };
    const verdict = chooseSide(judge(facts.long), judge(facts.short));
    const external = externalBlock(input, NEW_MONEY, verdict.side, spanOf(candles, release));
    return scored(verdict, external, {
      ...observabilityOf(candles, columns, facts[verdict.side]),
      quadrant: external.quadrant,
    });
  },
} as const satisfies Strategy;
