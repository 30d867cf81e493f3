/** The names that most files have, e.g. `HYPERLIQUID_BTCUSDT_4h.json`, read by one look: the answer is the one of `readCandleName`. */
import { isTimeframe } from '../core/time.ts';
import { readMarketName } from '../symbols/naming.ts';
import { folderWords } from './folder-words.ts';
import { readExchangeWord } from './name-words.ts';
import type { FileName } from './names.ts';

/** A second word of six letters is no quote, so that the first cannot be the coin of a pair. */
const PLAIN = /^([A-Z][A-Z0-9]{1,15})_([A-Z0-9]{6,24})_(\d{1,2}[mhd])\.json$/;

/** By the first word of a name; null where it is no exchange, or more than that. There are as many as a user has exchanges. */
const exchanges = new Map<string, string | null>();
const WORDS_KEPT = 256;

function exchangeOf(word: string): string | null {
  const known = exchanges.get(word);
  if (known !== undefined) return known;
  const said = readExchangeWord(word);
  const exchange = said === null || said.kinds.length > 0 ? null : said.exchange;
  if (exchanges.size === WORDS_KEPT) exchanges.clear();
  exchanges.set(word, exchange);
  return exchange;
}

/**
 * Null for names of other forms, which is no fault of them.
 *
 * @param folder with the separator behind it or without
 * @param base the file's name without its folder
 */
export function readPlainName(folder: string, base: string): FileName | null {
  const found = PLAIN.exec(base);
  if (found === null) return null;
  const [, word = '', symbol = '', timeframe = ''] = found;
  const exchange = exchangeOf(word);
  if (exchange === null || !isTimeframe(timeframe)) return null;
  // Nearly all end so, and no spelling of one exchange that says its kind does.
  const isPair = symbol.endsWith('USDT') && !symbol.startsWith('PERP');
  // `BTC_27DEC24` is no exchange and its symbol.
  if (!isPair && readMarketName('', `${word}_${symbol}`).expiry !== '') return null;
  const kind = isPair ? null : readMarketName(exchange, symbol).kind;
  const above = folderWords(folder);
  const said = kind ?? above.kind;
  if (said === 'dated' || said === 'option' || above.margin !== null || above.symbol !== null) return null;
  const marked = said === 'perpetual' ? (kind === null ? 'folder' : 'name') : null;
  return { exchange, symbol, timeframe, spot: said === 'spot', marked };
}
