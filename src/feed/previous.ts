/** What a feed must be compared with: the one it replaces. */
import type { DegradedReason, FeedRun, ProviderName, RunInputs } from '../core/feed.ts';
import { marketKey, type Market } from '../core/market.ts';
import { parseFeed } from './parse.ts';

/** What is still of interest of the feed that a run replaces. */
export interface PreviousFeed {
  readonly run: Pick<FeedRun, 'inputs' | 'provider'>;
  /** Each once. */
  readonly markets: readonly Market[];
}

export type ParsedPrevious =
  | { readonly ok: true; readonly feed: PreviousFeed }
  /** One sentence with file, field and remedy. */
  | { readonly ok: false; readonly detail: string };

/** As `feedText` begins a signal. */
const SIGNAL_HEAD = /^\{"id":"(?:[^"\\]|\\.)*","symbol":("(?:[^"\\]|\\.)*"),"exchange":("(?:[^"\\]|\\.)*"),/;
/** The head of a signal with the longest names is far shorter. */
const SIGNAL_HEAD_BYTES = 1024;
const SIGNALS = '\n"signals":[\n';
const END = '\n]}\n';

/**
 * The previous feed in `bytes`, which stood in `file`. Of a feed as `feedText` writes it only the heads are looked at, because reading back
 * all that a run will not use would take longer than the run; every other one is parsed and checked.
 */
export function readPrevious(bytes: Buffer, file: string): ParsedPrevious {
  const known = readHeads(bytes);
  if (known !== null) return { ok: true, feed: known };
  const parsed = parseFeed(bytes.toString('utf8'), file);
  if (!parsed.ok) return parsed;
  const { run, signals } = parsed.feed;
  const markets = new Map(
    signals.map(({ symbol, exchange }) => [marketKey({ symbol, exchange }), { symbol, exchange }]),
  );
  return { ok: true, feed: { run, markets: [...markets.values()] } };
}

/** Null when the text is laid out in another way. */
function readHeads(bytes: Buffer): PreviousFeed | null {
  const from = bytes.indexOf(SIGNALS);
  if (from === -1 || bytes.toString('latin1', bytes.length - END.length) !== END) return null;
  const head = parseFeed(`${bytes.toString('utf8', 0, from)}"signals":[]}`, 'the head');
  if (!head.ok) return null;
  const markets = new Map<string, Market>();
  for (let start = from + SIGNALS.length; start < bytes.length - END.length;) {
    const found = SIGNAL_HEAD.exec(bytes.toString('utf8', start, start + SIGNAL_HEAD_BYTES));
    if (found === null) return null;
    const market = { symbol: JSON.parse(found[1]!) as string, exchange: JSON.parse(found[2]!) as string };
    markets.set(marketKey(market), market);
    start = bytes.indexOf('\n', start) + 1;
  }
  return { run: head.feed.run, markets: [...markets.values()] };
}

interface Successor {
  readonly inputs: RunInputs;
  readonly provider: ProviderName;
  readonly candles: { readonly markets: readonly { readonly market: Market }[] };
}

/**
 * A reason when more than half of the previous feed's markets are gone: an unmounted disk or a failed download looks like
 * a small market otherwise. Only feeds of the same inputs and provider are compared (rulings.md 28).
 */
export function marketsGone(previous: PreviousFeed | null, next: Successor): readonly DegradedReason[] {
  if (previous === null || previous.run.provider !== next.provider) return [];
  if (!sameInputs(previous.run.inputs, next.inputs)) return [];
  const before = new Set(previous.markets.map(marketKey));
  const now = new Set(next.candles.markets.map(({ market }) => marketKey(market)));
  const gone = [...before].filter((key) => !now.has(key));
  if (gone.length <= before.size / 2) return [];
  const text = `${gone.length} of the ${before.size} markets of the previous feed are gone: is the candle folder complete?`;
  return [{ code: 'markets-gone', text }];
}

function sameInputs(a: RunInputs, b: RunInputs): boolean {
  return (
    a.symbol === b.symbol &&
    a.exchange === b.exchange &&
    a.limit === b.limit &&
    a.sample === b.sample &&
    a.paths.length === b.paths.length &&
    a.paths.every((path, index) => path === b.paths[index])
  );
}
