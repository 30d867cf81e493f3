/** Signals whose text is made already: thousands of them wait for the end of a run in a fifth of the memory that their objects take. */
import type { Feed } from '../core/feed.ts';
import type { Signal, SignalHead } from '../core/signal.ts';
import { escapeControl } from '../platform/text.ts';
import { isSoundSignal } from './sound-signal.ts';

/** The head is at hand; all else is in the text. */
export interface SealedSignal extends SignalHead {
  /** The whole signal as JSON, as it stood when it was sealed. */
  readonly text: string;
  /** Where the value of `rank_in_strategy` stands in `text`: it is known only when all signals are. */
  readonly rankAt: number;
  /** The signal itself where the schema has to judge it and might name what is wrong; null when it is plainly right. */
  readonly doubtful: Signal | null;
}

export type SealedFeed = Feed<SealedSignal>;

const RANK = '"rank_in_strategy":';
const NO_RANK = 'null';

/** `signal`: not ranked yet. */
export function sealSignal(signal: Signal): SealedSignal {
  const text = signalText(signal);
  // Whatever rank it will get: one is missing until then.
  const ranked = signal.status === 'ok' ? { ...signal, rank_in_strategy: 1 } : signal;
  const doubtful = isSoundSignal(ranked) ? null : signal;
  return { ...headOf(signal), text, rankAt: text.indexOf(RANK) + RANK.length, doubtful };
}

/** Field by field: the others are what the memory is for. */
function headOf(signal: Signal): SignalHead {
  const { id, symbol, exchange, unified_symbol, timeframe, candle_time, strategy, status, status_reason } = signal;
  const { direction, action, score, score_side, score_bounds, settled, rank_in_strategy, price, setup } = signal;
  const market = { id, symbol, exchange, unified_symbol, timeframe, candle_time };
  const verdict = { strategy, status, status_reason, direction, action, score, score_side, score_bounds, settled };
  return { ...market, ...verdict, rank_in_strategy, price, setup, oi_metadata: signal.oi_metadata };
}

/** JSON on one line; control characters in names are escaped, so that `cat` is safe. */
export function signalText(signal: Signal): string {
  return escapeControl(JSON.stringify(signal));
}

/** The signal's text with its rank. */
export function sealedText({ text, rankAt, rank_in_strategy: rank }: SealedSignal): string {
  return rank === null ? text : `${text.slice(0, rankAt)}${rank}${text.slice(rankAt + NO_RANK.length)}`;
}

/** With objects for all of its signals again. */
export function openFeed(feed: SealedFeed): Feed {
  return { ...feed, signals: feed.signals.map(openSignal) };
}

export function openSignal(sealed: SealedSignal): Signal {
  const { doubtful, rank_in_strategy } = sealed;
  return doubtful === null ? (JSON.parse(sealedText(sealed)) as Signal) : { ...doubtful, rank_in_strategy };
}

/** False for whatever is no sealed signal, also when it is no signal at all. */
export function isSealed(signal: Signal | SealedSignal): signal is SealedSignal {
  return typeof signal === 'object' && signal !== null && 'rankAt' in signal;
}
