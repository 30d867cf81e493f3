/** Candles of made-up markets: pure, the same for every window, interval and caller. */
import type { Denomination } from '../core/market.ts';
import { MINUTE_MS } from '../core/time.ts';
import type { Coin } from './coins.ts';
import { fractal, growth, unit, worldKey } from './noise.ts';
import { STEP_MS, prices, unitFactor, volumeOffset } from './price.ts';

/** What the generator needs to know of a market. */
export interface Instrument {
  readonly coin: Coin;
  readonly venue: string;
  /** Size of the venue as a share of the largest. */
  readonly share: number;
  /** Coins in one unit of the price, 1000 for `1000PEPE`. */
  readonly multiplier: number;
  /** Unit of volume, open interest and liquidations. CONTRACTS are worth 1 USD. */
  readonly denomination: Denomination;
  /** Time between two fundings, hours. */
  readonly fundingHours: number;
}

/** Start `time` in ms UTC, volume and taker buy volume in the market's denomination. */
export interface Candle {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly buyVolume: number;
  readonly trades: number;
  readonly buyTrades: number;
}

/** Buckets that start in [from, to], cut at `now`; all in ms UTC. */
export interface Span {
  readonly interval: number;
  readonly from: number;
  readonly to: number;
  readonly now: number;
}

/** Smallest power of ten that gives `typical` at least five digits before the point. */
export function scaleFor(typical: number): number {
  let scale = 1;
  while (typical * scale < 1e4 && scale < 1e15) scale *= 10;
  return scale;
}

/** Volume of a quiet 15 minutes as a share of the open interest: about twice the open interest in a day. */
const TURNOVER = 0.02;

/** Hours and days of more or less trade. */
const VOLUME_MOOD = { shortest: 1, longest: 256, amplitude: 0.07 } as const;

const MINUTES_PER_STEP = STEP_MS / MINUTE_MS;

/** Whole numbers of lots add up exactly; a lot is 1 / scale. */
interface Cell extends Omit<Candle, 'volume' | 'buyVolume'> {
  readonly lots: number;
  readonly buyLots: number;
}

function lotScale(instrument: Instrument): number {
  const { coin, share, multiplier, denomination } = instrument;
  const usd = coin.openInterestUsd * share * TURNOVER;
  return scaleFor(denomination === 'BASE_ASSET' ? usd / (coin.price * multiplier) : usd);
}

/** Prices have five to six digits. */
function tickScale(instrument: Instrument): number {
  return scaleFor((instrument.coin.price * instrument.multiplier) / 10);
}

/** Whole cells of 15 minutes from grid point `from` on. */
function cells(instrument: Instrument, from: number, count: number): readonly Cell[] {
  const { coin, multiplier, share, denomination } = instrument;
  const points = prices(coin, from, count + 1);
  const tick = tickScale(instrument);
  const key = worldKey('volume', coin.ticker);
  const venueKey = worldKey('volume', coin.ticker, instrument.venue);
  const mood = fractal(key, from, count, VOLUME_MOOD);
  const scale = lotScale(instrument);
  const typicalUsd = coin.openInterestUsd * share * TURNOVER;

  return Array.from({ length: count }, (_, i): Cell => {
    const step = from + i;
    const factor = multiplier * unitFactor(coin, step);
    const round = (price: number): number => Math.round(price * factor * tick) / tick;
    const start = points[i]!;
    const end = points[i + 1]!;
    const wick = coin.volatility * 0.6;
    const move = coin.volatility === 0 ? 0 : (end / start - 1) / coin.volatility;
    const effort = mood[i]! + Math.min(1.5, 0.25 * Math.abs(move)) + volumeOffset(coin, step);
    const usd = typicalUsd * growth(effort) * (0.8 + 0.4 * unit(venueKey, step));
    const lots = Math.max(1, Math.round((denomination === 'BASE_ASSET' ? usd / (start * factor) : usd) * scale));
    const buyers = Math.min(0.85, Math.max(0.15, 0.4 + 0.2 * unit(venueKey, step + 0x40000000) + 0.04 * move));
    const trades = Math.max(1, Math.round(usd / 3_000));
    return {
      time: step * STEP_MS,
      open: round(start),
      high: round(Math.max(start, end) * (1 + wick * unit(key, 2 * step))),
      low: round(Math.min(start, end) * (1 - wick * unit(key, 2 * step + 1))),
      close: round(end),
      lots,
      buyLots: Math.round(lots * buyers),
      trades,
      buyTrades: Math.round(trades * buyers),
    };
  });
}

/** A cell minute by minute: open, the extreme behind, the extreme ahead, close. */
function minutesOf(cell: Cell, tick: number): readonly Cell[] {
  const { open, high, low, close } = cell;
  const corners = close >= open ? [open, low, high, close] : [open, high, low, close];
  const stretch = MINUTES_PER_STEP / 3;
  const priceAt = (minute: number): number => {
    const leg = Math.min(2, Math.floor(minute / stretch));
    const share = minute / stretch - leg;
    if (share === 1) return close;
    return Math.round((corners[leg]! + (corners[leg + 1]! - corners[leg]!) * share) * tick) / tick;
  };
  const portion = (whole: number, minute: number): number =>
    Math.floor((whole * (minute + 1)) / MINUTES_PER_STEP) - Math.floor((whole * minute) / MINUTES_PER_STEP);
  return Array.from({ length: MINUTES_PER_STEP }, (_, minute) => {
    const start = priceAt(minute);
    const end = priceAt(minute + 1);
    return {
      time: cell.time + minute * MINUTE_MS,
      open: start,
      high: Math.max(start, end),
      low: Math.min(start, end),
      close: end,
      lots: portion(cell.lots, minute),
      buyLots: portion(cell.buyLots, minute),
      trades: portion(cell.trades, minute),
      buyTrades: portion(cell.buyTrades, minute),
    };
  });
}

function merged(parts: readonly Cell[], time: number): Cell {
  let [high, low, lots, buyLots, trades, buyTrades] = [-Infinity, Infinity, 0, 0, 0, 0];
  for (const part of parts) {
    high = Math.max(high, part.high);
    low = Math.min(low, part.low);
    lots += part.lots;
    buyLots += part.buyLots;
    trades += part.trades;
    buyTrades += part.buyTrades;
  }
  return { time, open: parts[0]!.open, high, low, close: parts.at(-1)!.close, lots, buyLots, trades, buyTrades };
}

/** Candles of the span, oldest first. The one that `now` falls into holds the whole minutes before it. */
export function candles(instrument: Instrument, span: Span): readonly Candle[] {
  const { interval, now } = span;
  const first = Math.ceil(span.from / interval) * interval;
  const end = Math.min(Math.floor(span.to / interval) * interval + interval, Math.floor(now / MINUTE_MS) * MINUTE_MS);
  if (end <= first) return [];

  const step = Math.floor(first / STEP_MS);
  const whole = cells(instrument, step, Math.ceil(end / STEP_MS) - step);
  const tick = tickScale(instrument);
  const atoms = whole.flatMap((cell) =>
    interval < STEP_MS || cell.time + STEP_MS > end
      ? minutesOf(cell, tick).filter(({ time }) => time >= first && time < end)
      : [cell],
  );

  const scale = lotScale(instrument);
  return bucketed(atoms, interval).map((cell) => ({
    time: cell.time,
    open: cell.open,
    high: cell.high,
    low: cell.low,
    close: cell.close,
    volume: cell.lots / scale,
    buyVolume: cell.buyLots / scale,
    trades: cell.trades,
    buyTrades: cell.buyTrades,
  }));
}

/** Merges what lies in one interval; `atoms` are in order of time and every interval has at least one. */
function bucketed(atoms: readonly Cell[], interval: number): readonly Cell[] {
  const buckets: Cell[] = [];
  let start = 0;
  for (let at = 1; at <= atoms.length; at++) {
    const bucket = Math.floor(atoms[start]!.time / interval);
    if (at < atoms.length && Math.floor(atoms[at]!.time / interval) === bucket) continue;
    buckets.push(merged(atoms.slice(start, at), bucket * interval));
    start = at;
  }
  return buckets;
}
