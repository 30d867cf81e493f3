/** What a file that no format takes is, in words: what it holds instead decides what its owner does next. */
import { failed, type Failure } from './bytes.ts';
import type { Content } from './content.ts';
import type { Source } from './formats/format.ts';
import { missingFault } from './formats/keys.ts';
import { isArray, isRecord } from './formats/rows.ts';

const ROWS = 'rows of time, open, high, low, close and volume';

/** What exchanges answer when all is well. */
const SUCCESS: ReadonlySet<string> = new Set(['0', '200', '200000', '00000']);

/** In order; the first whose fields are all there names the row. Lower case. */
const ROW_KINDS: readonly (readonly [fields: readonly string[], kind: string])[] = [
  [['fundingrate'], 'funding rates'],
  [['relativefundingrate'], 'funding rates'],
  [['ticker', 'rate', 'effectiveatheight'], 'funding rates'],
  [['sumopeninterest'], 'open interest'],
  [['openinterest'], 'open interest'],
  [['openinterestamount'], 'open interest'],
  [['longshortratio'], 'long/short ratios'],
  [['buysellratio'], 'taker buy/sell ratios'],
  [['price', 'side'], 'trades'],
  [['price', 'qty'], 'trades'],
  [['price', 'amount'], 'trades'],
  [['bids', 'asks'], 'an order book'],
];

/** @param source of a file whose bytes are of this kind and which no format of that kind took */
export function explainContent(content: Content, source: Source): Failure {
  if (content !== 'json') return failed('not-candles', `it holds no ${ROWS}`);
  const document = source.json();
  if (!document.ok) return document;
  return failed('not-candles', explainValue(document.value) ?? `it holds no ${ROWS}`);
}

function explainValue(value: unknown): string | null {
  if (isArray(value)) return explainRows(value);
  return isRecord(value) ? (explainDocument(value) ?? explainNested(value)) : null;
}

/** Null when nothing is known about such rows. */
function explainRows(rows: readonly unknown[]): string | null {
  const first = rows.find((row) => row !== null);
  if (isArray(first)) {
    if (first.length === 2) return 'it holds rows of [time, value], such as open interest or funding rates, no candles';
    return first.length === 5
      ? 'its rows have five columns: candles need time, open, high, low, close and volume'
      : null;
  }
  if (!isRecord(first)) return null;
  const kind = kindOf(first);
  return kind === null ? (missingFault(Object.keys(first), null)?.detail ?? null) : `it holds ${kind}, no candles`;
}

function kindOf(row: Readonly<Record<string, unknown>>): string | null {
  const present = new Set(Object.keys(row).map((key) => key.toLowerCase()));
  return ROW_KINDS.find(([fields]) => fields.every((field) => present.has(field)))?.[1] ?? null;
}

function explainDocument(document: Readonly<Record<string, unknown>>): string | null {
  if ('schema_version' in document && 'signals' in document) return 'it is a feed of perpscan, no candles';
  if (document['e'] === 'forceOrder') return 'it is a liquidation event of Binance, no candles';
  if (document['e'] === 'kline') return 'it is one event of a stream: save the candles as rows';
  const kind = kindOf(document);
  if (kind !== null) return `it holds ${kind}, no candles`;
  return explainAnswer(document);
}

/** Answers that say of themselves that they are errors. */
function explainAnswer(document: Readonly<Record<string, unknown>>): string | null {
  const code = document['code'] ?? document['retCode'];
  const message = document['msg'] ?? document['message'] ?? document['retMsg'];
  const isError = (typeof code === 'number' || typeof code === 'string') && !SUCCESS.has(String(code));
  return isError && message !== undefined ? "it is an exchange's error answer: download it again" : null;
}

/** What the answer of an API wraps, e.g. Bybit's `result.list`, Kraken's `result.XBTUSDT`, dYdX's `result.candles`. */
function explainNested(document: Readonly<Record<string, unknown>>): string | null {
  for (const value of Object.values(document)) {
    const rows = isRecord(value) ? (Object.values(value).find(isFilled) ?? null) : value;
    const explained = isFilled(rows) ? explainRows(rows) : null;
    if (explained !== null) return explained;
  }
  return missingFault(Object.keys(document), null)?.detail ?? null;
}

function isFilled(value: unknown): value is readonly unknown[] {
  return isArray(value) && value.length > 0;
}
