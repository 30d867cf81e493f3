/** Release of a volatility squeeze, with a broken trendline and new money (strategies.md 1.5, rulings.md 20). */
import type { CandleSeries } from '../core/candles.ts';
import type { GateCondition, Observable, Side, Strategy } from '../core/strategy.ts';
import { HOUR_MS, TIMEFRAME_MS } from '../core/time.ts';
import type { Trendline } from '../indicators/trendlines.ts';
import { TOLERANCE_ATR, findTrendlines } from '../indicators/trendlines.ts';
import type { Columns } from './columns.ts';
import { columnsOf } from './columns.ts';
import { NEW_MONEY, externalBlock, kindsOf } from './external-block.ts';
import { trendlineObservable } from './observables.ts';
import type { PriceBlock } from './scoring.ts';
import { clamp, decimals, digits, known, ramp, signOf, step, volumeRatio } from './scoring.ts';
import type { Release } from './squeeze.ts';
import { KELTNER_ATR, bandWidth, isSqueezed, momentumOf, releaseOf } from './squeeze.ts';
import type { Condition, Gate, SideAnswer } from './verdict.ts';
import { chooseSide, compared, gateOf, scored, setupOf, withoutRange } from './verdict.ts';

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

function factsOf(
  candles: CandleSeries,
  columns: Columns,
  [momentum, previousMomentum]: readonly [number, number],
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
    momentum: sign * momentum,
    previousMomentum: sign * previousMomentum,
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
  const rank = ramp('band_width_percentile', release?.widthPercentile ?? 1, 0.4, 0.05, 10);
  return {
    component: 'compression',
    parts: [
      ramp('squeeze_bars', release?.run.length ?? 0, 3, 24, 15),
      release === null ? { ...rank, value: null } : rank,
    ],
    max: 25,
    code: release === null ? 'COMPRESSION_NONE' : 'COMPRESSION_RUN',
    text: () =>
      release === null
        ? 'no squeeze ended in the last 3 bars'
        : `squeezed for ${release.run.length} bars; the band's width ranks ${decimals(release.widthPercentile)} ` +
          `among ${PARAMETERS.width_bars} bars`,
  };
}

function releasePoints({ release, momentum, previousMomentum, atr }: Facts): PriceBlock {
  const withSide = momentum > 0;
  const growing = momentum > previousMomentum;
  return {
    component: 'release',
    parts: [
      step('released_squeeze_bars', release?.run.length ?? 0, 0, 10),
      step('momentum_atr', momentum / atr, 0, 5),
      step('momentum_gain_atr', (momentum - previousMomentum) / atr, 0, 5),
    ],
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
    parts: [
      { ...step('broken_by_atr', 0, TOLERANCE_ATR, 8), value: line?.brokenBy ?? null, points: broken ? 8 : 0 },
      // A line that stands earns nothing for how well it stands.
      ramp('broken_line_touches', broken ? line.touches.length : 0, 3, 5, 6),
      ramp('broken_line_span_bars', broken ? line.span : 0, 20, 120, 6),
    ],
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
    parts: [ramp('volume_ratio', volume, 1, 2.5, 15)],
    max: 15,
    code: 'VOLUME_RATIO',
    text: () => `volume of the better of two bars ${decimals(volume)} times the 20-bar average`,
  };
}

function lengthDemand(bars: number): Condition {
  const needed = PARAMETERS.min_squeeze_bars;
  return {
    holds: bars >= needed,
    code: bars === 0 ? 'NO_GATE_NO_SQUEEZE' : 'NO_GATE_SHORT_SQUEEZE',
    measure: 'squeeze_bars',
    value: bars,
    needs: '>=',
    threshold: needed,
    text: () =>
      bars === 0 ? 'no squeeze ended in the last 3 bars' : `the squeeze lasted ${bars} bars, ${needed} needed`,
  };
}

function momentumDemand({ side, momentum, atr }: Facts): Condition {
  return {
    holds: momentum > 0,
    code: 'NO_GATE_MOMENTUM',
    ...compared(side, 'momentum_atr', momentum / atr, '>', 0),
    text: () => `momentum is ${decimals(momentum / atr)} ATR towards the side`,
  };
}

/** The range that a close must leave is not known before a squeeze has ended. */
function withoutSqueeze(side: Side, close: number, demands: readonly [Condition, Condition]): Gate {
  const edge: GateCondition = {
    holds: false,
    code: 'NO_GATE_INSIDE_RANGE',
    ...compared(side, 'close', close, '>', null),
  };
  const { code, text } = demands[0];
  return { holds: false, conditions: [...demands, edge], reason: { code, text: text() } };
}

function gate(facts: Facts): Gate {
  const { side, close, atr, release } = facts;
  const demands = [lengthDemand(release?.run.length ?? 0), momentumDemand(facts)] as const;
  if (release === null) return withoutSqueeze(side, close, demands);
  const { run } = release;
  const long = side === 'long';
  const far = long ? run.low : -run.high;
  const near = long ? run.high : -run.low;
  const edge = `${long ? 'above' : 'below'} the squeeze's ${long ? 'high' : 'low'} ${digits(Math.abs(near))}`;
  const price = digits(Math.abs(close));
  return gateOf(
    [
      ...demands,
      {
        holds: close > near,
        code: 'NO_GATE_INSIDE_RANGE',
        ...compared(side, 'close', close, '>', near),
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
    const release = releaseOf(candles, columns, PARAMETERS.width_bars);
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
