/** Which markets of the input are scanned. */
import type { MarketFiles } from '../candles/groups.ts';
import { ConfigError } from '../core/config-error.ts';
import { closest } from '../platform/text.ts';
import { exchangeId, marketSymbol } from '../symbols/naming.ts';
import type { MarketFilter } from './request.ts';

/**
 * The markets that the filter keeps, in their order.
 * @throws ConfigError when it keeps none: the message names the nearest market or the known exchanges
 */
export function keepMarkets(markets: readonly MarketFiles[], filter: MarketFilter): readonly MarketFiles[] {
  const { symbol, exchange, limit } = filter;
  const onExchange = markets.filter((one) => exchange === null || exchangeId(one.exchange) === exchangeId(exchange));
  if (onExchange.length === 0 && markets.length > 0) throw noSuchExchange(exchange!, markets);
  const isWanted = (one: MarketFiles): boolean =>
    symbol === null || namesOf(one).includes(symbol.toLowerCase()) || marketSymbol(one.exchange, symbol) === one.symbol;
  const kept = onExchange.filter(isWanted);
  if (kept.length === 0 && onExchange.length > 0) throw noSuchSymbol(symbol!, onExchange);
  return kept.slice(0, limit ?? kept.length);
}

function namesOf({ symbol, name }: MarketFiles): readonly string[] {
  const names = name === null ? [symbol] : [symbol, name.base, name.unified];
  return names.map((text) => text.toLowerCase());
}

function noSuchExchange(exchange: string, markets: readonly MarketFiles[]): ConfigError {
  const known = [...new Set(markets.map((one) => one.exchange))];
  return new ConfigError(`--exchange: no market of "${exchange}" in the input; there are ${known.join(', ')}`, 2);
}

function noSuchSymbol(symbol: string, markets: readonly MarketFiles[]): ConfigError {
  const near = closest(symbol, [...new Set(markets.flatMap(namesOf))]);
  const hint = near === null ? '' : `; did you mean ${near.toUpperCase()}?`;
  return new ConfigError(`--symbol: no market "${symbol}" among ${markets.length} in the input${hint}`, 2);
}
