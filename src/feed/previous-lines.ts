/** The previous feed read line by line, as `feedPieces` lays it out: most of its bytes are only passed over. */
import {
  parsedText,
  previousMarket,
  previousRun,
  previousSignal,
  type FeedFile,
  type ParsedPrevious,
  type PreviousSignal,
} from './previous-fields.ts';
import { misfitOf } from './version.ts';

/** Names without an escape, as nearly all are; a line that begins in another way is parsed. */
const TEXT = '"([^"\\\\]*)"';
/** As a market's row begins. */
const ROW = new RegExp(`^{"exchange":${TEXT},"symbol":${TEXT},"unified_symbol":(?:null|${TEXT}),`);
/** As a signal begins. */
const SIGNAL = new RegExp(
  `^{"id":"[^"]*","symbol":${TEXT},"exchange":${TEXT},"coin":"[^"]*","timeframe":${TEXT},"candle_time":(\\d+),"strategy":${TEXT},` +
    `"status":"ok","status_reason":null,"direction":${TEXT},`,
);
/** Stands in signals alone: a market's row has its coin behind the unified symbol. */
const SINCE = new RegExp(`,"unified_symbol":(?:null|${TEXT}),"since":(\\d+),`);
/** The head of a row with the longest names is far shorter. */
const ROW_BYTES = 512;
/** What a signal says before its explanation. */
const SIGNAL_BYTES = 1536;
const END = '\n]}\n';
/** Enough for some two hundred signals; a feed as a whole can be larger than all that the run will hold. */
const PIECE_BYTES = 1 << 18;
const NEWLINE = 10;
const COMMA = 44;

/** The lines of a file one by one, without their ends; each stands until the next is asked for. Null behind the last. */
type Lines = () => Buffer | null;

/** Null when the text is laid out in another way. */
export function readLines(file: FeedFile, name: string): ParsedPrevious | null {
  const last = file.size - END.length;
  if (last < 0 || file.read(last, END.length).toString('latin1') !== END) return null;
  const lines = linesOf(file);
  const next: Lines = () => lines.next().value ?? null;
  if (next()?.toString() !== '{') return null;
  const version = memberIn(next(), 'schema_version');
  if (version === null) return null;
  const misfit = misfitOf({ schema_version: version }, name);
  if (misfit !== null) return { ok: false, detail: misfit.fact };
  next();
  const run = previousRun(memberIn(next(), 'run'));
  next();
  const markets = marketsIn(next);
  const signals = markets === null ? null : signalsIn(next);
  return run === null || markets === null || signals === null ? null : { ok: true, feed: { run, markets, signals } };
}

function marketsIn(next: Lines): ReadonlySet<string> | null {
  if (next()?.toString() !== '"markets":[') return null;
  const markets = new Set<string>();
  for (let line = next(); line !== null; line = next()) {
    if (begins(line, '],')) return markets;
    const market = marketIn(line);
    if (market === null) return null;
    markets.add(market);
  }
  return null;
}

function marketIn(line: Buffer): string | null {
  const [all, exchange, symbol, unified = null] = ROW.exec(line.toString('utf8', 0, ROW_BYTES)) ?? [];
  return previousMarket(all === undefined ? parsed(line) : { exchange, symbol, unified_symbol: unified });
}

/** Up to the first without a direction: none follows that has one. */
function signalsIn(next: Lines): ReadonlyMap<string, PreviousSignal> | null {
  let before = next();
  while (before !== null && !begins(before, '"signals":[')) before = next();
  const signals = new Map<string, PreviousSignal>();
  for (let line = next(); line !== null; line = next()) {
    if (begins(line, ']}')) return signals;
    const signal = signalIn(line);
    if (signal === 'none') return signals;
    if (signal === null) return null;
    signals.set(...signal);
  }
  return null;
}

function signalIn(line: Buffer): ReturnType<typeof previousSignal> {
  const text = line.toString('utf8', 0, SIGNAL_BYTES);
  const [head, symbol, exchange, timeframe, time, strategy, direction] = SIGNAL.exec(text) ?? [];
  if (direction === 'none') return 'none';
  const [tail, unified = null, since] = SINCE.exec(text) ?? [];
  if (head === undefined || tail === undefined) return previousSignal(parsed(line));
  const names = { exchange, symbol, unified_symbol: unified, strategy };
  return previousSignal({ ...names, direction, timeframe, candle_time: Number(time), since: Number(since) });
}

/** What the line `"name":value,` gives. Null when it is another line. */
function memberIn(line: Buffer | null, name: string): unknown {
  const begin = `"${name}":`;
  return line === null || !begins(line, begin) ? null : parsed(line.subarray(begin.length));
}

function begins(line: Buffer, text: string): boolean {
  return line.toString('latin1', 0, text.length) === text;
}

/** The JSON of a line, with or without a comma behind it; null when it is none. */
function parsed(line: Buffer): unknown {
  const end = line.at(-1) === COMMA ? line.length - 1 : line.length;
  return parsedText(() => line.toString('utf8', 0, end));
}

function* linesOf(file: FeedFile): Generator<Buffer, null> {
  let length = PIECE_BYTES;
  for (let offset = 0; offset < file.size;) {
    const piece = file.read(offset, length);
    const last = piece.lastIndexOf(NEWLINE);
    // Fewer bytes than asked for are the last ones, also of a file that was cut meanwhile.
    if (last === -1 && piece.length < length) return null;
    if (last === -1) length *= 2;
    for (let start = 0; start <= last;) {
      const end = piece.indexOf(NEWLINE, start);
      yield piece.subarray(start, end);
      start = end + 1;
    }
    offset += last + 1;
  }
  return null;
}
