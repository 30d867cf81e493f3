/** Which market a row of the list was of, from what can still be read of it. Pure. */
import type { MarketName, UnreadableRow } from '../core/market.ts';
import { exchangeId, quoteKey, type ExchangeId } from './exchanges.ts';
import { parseMarketName, parseQuote, parseTicker } from './naming.ts';

/** True when an unreadable row may be the one of this market on this exchange. */
export type MayBeUnreadable = (exchange: ExchangeId, symbol: string, name: MarketName) => boolean;

/** `venues`: names by code, empty where they could not be read. */
export function unreadableOf(rows: readonly UnreadableRow[], venues: ReadonlyMap<string, string>): MayBeUnreadable {
  const listed = new Set([...venues.values()].map((venue) => exchangeId(venue)));
  const known = rows.map((row) => ({ row, venue: venueOf(row, venues) }));
  return (exchange, symbol, name) =>
    known.some(({ row, venue }) => {
      // Of a venue without a name it is known only that it is none of the others.
      const isHere = venue === '' ? !listed.has(exchange) : venue === null || exchangeId(venue) === exchange;
      return isHere && isOf(row, exchange, symbol, name);
    });
}

/** Its name; empty for one that is not known, null when nothing says it. */
function venueOf({ venueCode, symbol }: UnreadableRow, venues: ReadonlyMap<string, string>): string | null {
  const code = venueCode ?? (symbol?.includes('.') === true ? symbol.slice(symbol.lastIndexOf('.') + 1) : null);
  return code === null ? null : (venues.get(code) ?? '');
}

function isOf(row: UnreadableRow, exchange: ExchangeId, symbol: string, name: MarketName): boolean {
  const { baseAsset, quoteAsset, symbolOnExchange } = row;
  if (baseAsset !== null) {
    const isQuote = quoteAsset === null || isSameQuote(parseQuote(quoteAsset), name.quote, exchange);
    if (isQuote && parseTicker(exchange, baseAsset)?.base === name.base) return true;
  }
  const names = [symbolOnExchange, row.symbol?.replace(/\.[^.]*$/, '') ?? null];
  return names.some((text) => text !== null && (lettersOf(text) === lettersOf(symbol) || isName(text, exchange, name)));
}

function isName(text: string, exchange: ExchangeId, { base, quote }: MarketName): boolean {
  const parsed = parseMarketName(exchange, text);
  return parsed !== null && parsed.base === base && isSameQuote(parsed.quote, quote, exchange);
}

function isSameQuote(a: string, b: string, exchange: ExchangeId): boolean {
  return quoteKey(exchange, a) === quoteKey(exchange, b);
}

function lettersOf(symbol: string): string {
  return symbol.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}
