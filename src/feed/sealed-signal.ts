/** Signals whose text is made already: thousands of them wait for the end of a run in half of the memory that their objects take. */
import type { Feed } from '../core/feed.ts';
import type { Signal, SignalHead } from '../core/signal.ts';
import { escapeControl } from '../platform/text.ts';
import { isSoundSignal } from './sound-signal.ts';

/** The head is at hand; all else is in the text. */
export interface SealedSignal extends SignalHead {
  /** The whole signal as JSON in UTF-8, as it stood when it was sealed. Outside the heap, where nothing is moved about. */
  readonly text: Buffer;
  /** Where the value of `rank_in_strategy` stands in `text`: it is known only when all signals are. */
  readonly rankAt: number;
  /** The signal itself where the schema has to judge it and might name what is wrong; null when it is plainly right. */
  readonly doubtful: Signal | null;
}

export type SealedFeed = Feed<SealedSignal>;

const RANK = '"rank_in_strategy":';
const NO_RANK = 'null';

/** `signals`: of one market, which get one piece of memory; not ranked yet. */
export function sealSignals(signals: readonly Signal[]): readonly SealedSignal[] {
  const texts = signals.map(signalText);
  const sizes = texts.map((text) => Buffer.byteLength(text));
  const memory = Buffer.allocUnsafeSlow(sizes.reduce((sum, size) => sum + size, 0));
  let end = 0;
  return signals.map((signal, index) => {
    const start = end;
    end += memory.write(texts[index]!, start);
    const text = memory.subarray(start, end);
    // Whatever rank it will get: one is missing until then.
    const ranked = signal.status === 'ok' ? { ...signal, rank_in_strategy: 1 } : signal;
    const doubtful = isSoundSignal(ranked) ? null : signal;
    return { ...headOf(signal), text, rankAt: text.indexOf(RANK) + RANK.length, doubtful };
  });
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

/** The signal's text with its rank, piece by piece. */
export function sealedPieces({ text, rankAt, rank_in_strategy: rank }: SealedSignal): readonly (string | Buffer)[] {
  return [text.subarray(0, rankAt), rank === null ? NO_RANK : String(rank), text.subarray(rankAt + NO_RANK.length)];
}

/** With objects for all of its signals again. */
export function openFeed(feed: SealedFeed): Feed {
  return { ...feed, signals: feed.signals.map(openSignal) };
}

export function openSignal(sealed: SealedSignal): Signal {
  const { doubtful, rank_in_strategy } = sealed;
  return doubtful === null ? (JSON.parse(sealedPieces(sealed).join('')) as Signal) : { ...doubtful, rank_in_strategy };
}

/** False for whatever is no sealed signal, also when it is no signal at all. */
export function isSealed(signal: Signal | SealedSignal): signal is SealedSignal {
  return typeof signal === 'object' && signal !== null && 'rankAt' in signal;
}
