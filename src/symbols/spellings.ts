/** Spellings of markets that one exchange alone has. Pure. */
import { kindOfWord } from '../core/market-kind.ts';
import type { MarketName } from '../core/market.ts';
import type { ExchangeId } from './exchanges.ts';
import { QUOTES, SUFFIXES, upper } from './ticker.ts';

/** A name taken apart; a settle of null is for the exchange's habit to fill in. */
export interface Parts {
  readonly base: string;
  readonly quote: string;
  readonly settle: string | null;
}

/** Spellings that one exchange alone has; the result is read on by the rules that all share. */
interface Spelling {
  readonly exchange: string;
  readonly pattern: RegExp;
  readonly parts: (found: RegExpExecArray) => Parts;
  readonly kind?: 'spot';
}

const coinMarginedUsd = (base: string): Parts => ({ base, quote: 'USD', settle: base });
export const linear = (base: string, quote: string): Parts => ({ base, quote, settle: quote });

export const SPELLINGS: readonly Spelling[] = [
  { exchange: 'KUCOIN', pattern: /^([A-Z0-9]+?)[-_]?(USD[TC])M$/i, parts: (found) => linear(found[1]!, found[2]!) },
  { exchange: 'KUCOIN', pattern: /^([A-Z0-9]+?)[-_]?USDM$/i, parts: (found) => coinMarginedUsd(found[1]!) },
  { exchange: 'KRAKEN', pattern: /^[PF]F[_-]([A-Z0-9]+)USD$/i, parts: (found) => linear(found[1]!, 'USD') },
  { exchange: 'KRAKEN', pattern: /^[PF]I[_-]([A-Z0-9]+)USD$/i, parts: (found) => coinMarginedUsd(found[1]!) },
  {
    exchange: 'KRAKEN',
    pattern: /^X([A-Z]{3})Z(USD|EUR|GBP|JPY|AUD)$/,
    parts: (found) => linear(found[1]!, found[2]!),
    kind: 'spot',
  },
  { exchange: 'BITFINEX', pattern: /^t?([A-Z0-9]+)F0[:_-]?USTF0$/, parts: (found) => linear(found[1]!, 'USDT') },
  {
    exchange: 'BITFINEX',
    pattern: /^t([A-Z0-9]{2,}?):?UST$/,
    parts: (found) => linear(found[1]!, 'USDT'),
    kind: 'spot',
  },
  {
    exchange: 'BITFINEX',
    pattern: /^t([A-Z0-9]{2,}?):?USD$/,
    parts: (found) => linear(found[1]!, 'USD'),
    kind: 'spot',
  },
  {
    exchange: 'PHEMEX',
    pattern: /^s([A-Z0-9]+)(USD[TC])$/,
    parts: (found) => linear(found[1]!, found[2]!),
    kind: 'spot',
  },
  { exchange: 'PHEMEX', pattern: /^u([A-Z0-9]+)USD$/, parts: (found) => linear(found[1]!, 'USD') },
  { exchange: 'PHEMEX', pattern: /^c([A-Z0-9]+)USD$/, parts: (found) => coinMarginedUsd(found[1]!) },
  // Quanto: whatever the coin, BitMEX settles its USD contracts in bitcoin.
  {
    exchange: 'BITMEX',
    pattern: /^([A-Z0-9]+)USD$/i,
    parts: (found) => ({ base: found[1]!, quote: 'USD', settle: 'BTC' }),
  },
  {
    exchange: 'WOOX',
    pattern: /^PERP[_-]?([A-Z0-9]+?)[_-]?(USD[TC])$/i,
    parts: (found) => linear(found[1]!, found[2]!),
  },
  // The quote first.
  {
    exchange: 'UPBIT',
    pattern: /^(KRW|USDT)-([A-Z0-9]+)$/i,
    parts: (found) => linear(found[2]!, found[1]!),
    kind: 'spot',
  },
  { exchange: 'DERIBIT', pattern: /^([A-Z0-9]+)[-_]PERPETUAL$/i, parts: (found) => coinMarginedUsd(found[1]!) },
];

/**
 * Markets that others build on Hyperliquid: its own `xyz:TSLA`, Hummingbot's `xyz:TSLA-USD`, Freqtrade's `XYZ-TSLA_USDC_USDC` and ccxt's `XYZ-TSLA/USDC:USDC`.
 * The builder stays part of the coin, so that it is no other venue's TSLA.
 */
export const BUILT =
  /^([A-Z0-9]{1,10})(?::([A-Z0-9]+)(?:[-_/](USD[A-Z0-9]{0,2}))?|-([A-Z0-9]+)[_/](USD[A-Z0-9]{1,2})[_:]\5)$/i;

export function spelled(
  exchange: ExchangeId,
  symbol: string,
): { readonly parts: Parts; readonly kind: 'perpetual' | 'spot' } | null {
  for (const spelling of SPELLINGS) {
    const found = spelling.exchange === exchange ? spelling.pattern.exec(symbol) : null;
    if (found !== null) return { parts: spelling.parts(found), kind: spelling.kind ?? 'perpetual' };
  }
  return null;
}

/** `xyz_TSLA`, where no colon may stand: nothing but the lower-case builder tells it from a pair. */
function builtInFileName(symbol: string): RegExpExecArray | null {
  const found = /^([a-z]{2,6})[_-]([A-Z][A-Z0-9]*)$/.exec(symbol);
  if (found === null) return null;
  const isPriced = QUOTES.has(found[2]!) || SUFFIXES.some((quote) => found[2]!.endsWith(quote));
  return isPriced || kindOfWord(found[1]!) !== null || kindOfWord(found[2]!) !== null ? null : found;
}

export function builtName(symbol: string): MarketName | null {
  const [, builder, own, said, freqtrade, settled] = BUILT.exec(symbol) ?? builtInFileName(symbol) ?? [];
  // `BTCUSDC:USDC` is a pair and what it settles in.
  if (builder === undefined || (own !== undefined && QUOTES.has(upper(own)) && upper(builder).endsWith(upper(own))))
    return null;
  const base = upper(`${builder}-${own ?? freqtrade}`);
  const dollar = upper(said ?? settled ?? 'USD');
  const quote = dollar === 'USD' ? 'USDC' : dollar;
  return { base, multiplier: 1, quote, unified: `${base}/${quote}:${quote}` };
}
