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

/** A file that is looked at in pieces. */
export interface FeedFile {
  /** In bytes. */
  readonly size: number;
  /** What it holds from `offset` on: `length` bytes, fewer at its end. Stands until the next call. */
  readonly read: (offset: number, length: number) => Buffer;
}

/** As `feedText` begins a signal. */
const SIGNAL_HEAD = /^\{"id":"(?:[^"\\]|\\.)*","symbol":("(?:[^"\\]|\\.)*"),"exchange":("(?:[^"\\]|\\.)*"),/;
/** The head of a signal with the longest names is far shorter. */
const SIGNAL_HEAD_BYTES = 1024;
const SIGNALS = '\n"signals":[\n';
const END = '\n]}\n';
/** Enough for some two hundred signals; a feed as a whole can be larger than all that the run will hold. */
const PIECE_BYTES = 1 << 20;

/**
 * The previous feed, which stands in the file `name`. Of a feed as `feedText` writes it only the heads are looked at, because reading back
 * all that a run will not use would take longer than the run; every other one is parsed and checked.
 */
export function readPrevious(file: FeedFile, name: string): ParsedPrevious {
  const known = readHeads(file);
  if (known !== null) return { ok: true, feed: known };
  const parsed = parseFeed(file.read(0, file.size).toString('utf8'), name);
  if (!parsed.ok) return parsed;
  const { run, signals } = parsed.feed;
  const markets = new Map(
    signals.map(({ symbol, exchange }) => [marketKey({ symbol, exchange }), { symbol, exchange }]),
  );
  return { ok: true, feed: { run, markets: [...markets.values()] } };
}

/** Null when the text is laid out in another way. */
function readHeads(file: FeedFile): PreviousFeed | null {
  const last = file.size - END.length;
  if (last < 0 || file.read(last, END.length).toString('latin1') !== END) return null;
  const run = readRun(file);
  if (run === null) return null;
  const markets = new Map<string, Market>();
  let start = run.end;
  let base = start;
  let piece = file.read(base, PIECE_BYTES);
  while (start < last) {
    if (start + SIGNAL_HEAD_BYTES > base + piece.length && base + piece.length < file.size) {
      base = start;
      piece = file.read(base, PIECE_BYTES);
    }
    const found = SIGNAL_HEAD.exec(piece.toString('utf8', start - base, start - base + SIGNAL_HEAD_BYTES));
    if (found === null) return null;
    const market = { symbol: JSON.parse(found[1]!) as string, exchange: JSON.parse(found[2]!) as string };
    markets.set(marketKey(market), market);
    let newline = piece.indexOf('\n', start - base);
    while (newline === -1) {
      base += piece.length;
      piece = file.read(base, PIECE_BYTES);
      if (piece.length === 0) return null;
      newline = piece.indexOf('\n');
    }
    start = base + newline + 1;
  }
  return { run: run.run, markets: [...markets.values()] };
}

/** All before the signals, and where they begin; null when they do not begin as `feedText` lets them. */
function readRun(file: FeedFile): { readonly run: FeedRun; readonly end: number } | null {
  for (let length = PIECE_BYTES; ; length *= 2) {
    const bytes = file.read(0, length);
    const from = bytes.indexOf(SIGNALS);
    // Fewer than asked for are the last ones, also of a file that was cut meanwhile.
    if (from === -1 && bytes.length === length) continue;
    if (from === -1) return null;
    const head = parseFeed(`${bytes.toString('utf8', 0, from)}"signals":[]}`, 'the head');
    return head.ok ? { run: head.feed.run, end: from + SIGNALS.length } : null;
  }
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
