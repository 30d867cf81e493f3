/** How single values of a feed are said: scores, bounds, times, records, whose numbers they are. */
import type { SignalBase } from '../core/signal.ts';
import type { StrategyRecord } from '../core/strategy.ts';
import { TIMEFRAME_MS } from '../core/time.ts';
import { formatPrice } from '../platform/text.ts';
import type { Style } from './layout.ts';

/** Whole points: the digits behind them say nothing. */
export function scoreText(score: number | null): string {
  return score === null ? '-' : String(Math.round(score));
}

/** Null when no later answer can change the score. */
export function boundsText({ score_bounds: bounds }: Pick<SignalBase, 'score_bounds'>): string | null {
  if (bounds === null || bounds[0] === bounds[1]) return null;
  return `${Math.floor(bounds[0])} to ${Math.ceil(bounds[1])}`;
}

/** `2026-01-19 16:00 UTC`. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** When the signal's candle closed, ms UTC; null without candles. */
export function closeTimeOf({
  candle_time: opened,
  timeframe,
}: Pick<SignalBase, 'candle_time' | 'timeframe'>): number | null {
  return opened === null || timeframe === null ? null : opened + TIMEFRAME_MS[timeframe];
}

/** For tables: five significant digits, of which none before the point is lost. */
export function priceText(price: number | null | undefined): string {
  return price === null || price === undefined ? '' : withDigits(price, 5);
}

/** All digits that a price of the feed has: one digit less, and the close that is printed would not fire. */
export function wholePriceText(price: number): string {
  return withDigits(price, 8);
}

function withDigits(price: number, digits: number): string {
  if (price === 0) return '0';
  const decimals = digits - 1 - Math.floor(Math.log10(Math.abs(price)));
  const text = price.toFixed(Math.min(100, Math.max(0, decimals)));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

export function venuesText(others: number): string {
  return others === 0 ? '' : ` +${others}`;
}

/** `LONG`, `SHORT`, or `WAIT` with the side that the score is for. */
export function sideText({ direction, score_side: side }: Pick<SignalBase, 'direction' | 'score_side'>): string {
  if (direction !== 'none') return direction.toUpperCase();
  return side === null ? 'WAIT' : `WAIT ${side}`;
}

export function directionStyle({ direction }: Pick<SignalBase, 'direction'>): Style | null {
  if (direction === 'none') return null;
  return direction === 'long' ? 'green' : 'red';
}

/** `+1.13 %`; below one three digits, because a funding rate is small. */
export function percentText(value: number): string {
  const text = Math.abs(value) < 1 ? formatPrice(Number(value.toPrecision(3))) : value.toFixed(2);
  return `${value > 0 ? '+' : ''}${text} %`;
}

const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 4 });

/** `12.35M`; small numbers keep their digits. */
export function compactText(value: number): string {
  return Math.abs(value) < 1_000 ? formatPrice(value) : COMPACT.format(value);
}

/** What R and excess mean, for those who meet them the first time. */
export const RECORD_LEGEND =
  'Records: mean of a trade in R (the distance to its stop); excess is what it earned beyond random entries of the same markets, in brackets the 90 % interval.';

/** What was measured of a strategy: status, excess with interval, n and period; of a negative one also what it lost. */
export function recordText(record: StrategyRecord): string {
  const { status, excess_r: excess, interval, net_r: net, net_interval: netInterval, n, period } = record;
  const measured = [
    ...(status === 'negative' && net !== null ? [`${inR(net, netInterval)} a trade after costs`] : []),
    ...(excess === null ? [] : [`excess ${inR(excess, interval)}`]),
    ...(n === 0 ? [] : [`n ${n}`]),
    ...(period === null ? [] : [period]),
  ];
  return measured.length === 0 ? status : `${status}: ${measured.join(', ')}`;
}

function inR(value: number, interval: readonly [number, number] | null): string {
  const between = interval === null ? '' : ` [${decimals(interval[0])}, ${decimals(interval[1])}]`;
  return `${decimals(value)} R${between}`;
}

/** Two decimals, three where the third is all there is. */
function decimals(value: number): string {
  const two = value.toFixed(2);
  const text = Number(two) === 0 && value !== 0 ? value.toFixed(3) : two;
  return value > 0 ? `+${text}` : text;
}

/** From this share of coins on many signals are one bet: most of what breakouts earned came from such days. */
export const CROWDED_BREADTH = 0.45;
