/** Which markets of the input are scanned, and why what was asked for is not there. */
import type { MarketFiles } from '../candles/groups.ts';
import { ConfigError } from '../core/config-error.ts';
import type { NamedMarket } from '../core/market.ts';
import { enumerated, namesIn } from '../core/text.ts';
import { AUTO_TIMEFRAMES, type Timeframe } from '../core/time.ts';
import { closest } from '../platform/text.ts';
import type { JudgedCandles } from '../processor/known-market.ts';
import { canResample } from '../processor/resample.ts';
import { exchangeId, marketSymbol } from '../symbols/naming.ts';
import type { MarketFilter } from './request.ts';

/** What a market is called. */
type Named = Pick<NamedMarket, 'exchange' | 'symbol' | 'unified' | 'coin'>;
type Filter = Pick<MarketFilter, 'symbol' | 'exchange' | 'exclude'>;

/** As `--symbol` and `--exclude` take it: a coin, a symbol, a unified symbol or EXCHANGE:SYMBOL. */
function namesOf({ exchange, symbol, coin, unified }: Named): readonly string[] {
  return [symbol, coin, unified ?? symbol, `${exchange}:${symbol}`];
}

export function namedAs({ exchange, symbol, name }: Pick<MarketFiles, 'exchange' | 'symbol' | 'name'>): Named {
  return { exchange, symbol, coin: name?.base ?? symbol, unified: name?.unified ?? null };
}

function isCalled(market: Named, name: string): boolean {
  return namesOf(market).some((one) => same(one, name)) || marketSymbol(market.exchange, name) === market.symbol;
}

/** Gate and Gate.io are one. */
function isSameExchange(a: string, b: string): boolean {
  return exchangeId(a) === exchangeId(b);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Whether the names in the filter let a market through. */
export function passes(market: Named, { symbol, exchange, exclude }: Filter): boolean {
  const [symbols, exchanges] = [namesIn(symbol), namesIn(exchange)];
  return (
    (exchanges.length === 0 || exchanges.some((name) => isSameExchange(name, market.exchange))) &&
    (symbols.length === 0 || symbols.some((name) => isCalled(market, name))) &&
    !namesIn(exclude).some((name) => isCalled(market, name))
  );
}

/**
 * The markets that the filter keeps, in their order, and a note for each name that none of them has.
 * @throws ConfigError when it keeps none: the message names the nearest market or the known exchanges
 */
export function keepMarkets(
  markets: readonly MarketFiles[],
  filter: MarketFilter,
): { readonly kept: readonly MarketFiles[]; readonly notes: readonly string[] } {
  const notes = markets.length === 0 ? [] : unknownNames(markets.map(namedAs), filter);
  const kept = markets.filter((one) => passes(namedAs(one), filter));
  if (kept.length === 0 && markets.length > 0) {
    const contradiction = '--symbol, --exchange and --exclude together leave no market of the input';
    throw new ConfigError(notes.length > 0 ? notes.join('; ') : contradiction, 2);
  }
  return { kept: kept.slice(0, filter.limit ?? kept.length), notes };
}

function unknownNames(markets: readonly Named[], { symbol, exchange, exclude }: Filter): readonly string[] {
  const known = [...new Set(markets.map((one) => one.exchange))];
  const exchanges = namesIn(exchange);
  const inside = markets.filter((one) => passes(one, { symbol: null, exchange, exclude: null }));
  const missing = (flag: string, name: string, among: readonly Named[]): readonly string[] => {
    if (among.some((one) => isCalled(one, name))) return [];
    const [, symbol = name] = /^[^:/]+:(.+)$/.exec(name) ?? [];
    const namesakes = markets.filter((one) => isCalled(one, name) || isCalled(one, symbol));
    const elsewhere = [...new Set(namesakes.map((one) => one.exchange))];
    const near = closest(name, [...new Set(among.flatMap(namesOf))]);
    const hint =
      elsewhere.length > 0
        ? `; there is one of ${enumerated(elsewhere)}`
        : near === null
          ? ''
          : `; did you mean ${near.toUpperCase()}?`;
    return [`${flag}: no market "${name}" among ${among.length} in the input${hint}`];
  };
  return [
    ...exchanges
      .filter((name) => !known.some((one) => isSameExchange(one, name)))
      .map((name) => `--exchange: no market of "${name}" in the input; there are ${known.join(', ')}`),
    ...namesIn(symbol).flatMap((name) => missing('--symbol', name, inside)),
    ...namesIn(exclude).flatMap((name) => missing('--exclude', name, markets)),
  ];
}

type Judged = JudgedCandles & { readonly market: Named; readonly timeframes: readonly Timeframe[] };

/** Why a name that was asked for gets no score: a sentence for each. */
export function unscoredNames(judged: readonly Judged[], { symbol }: Filter): readonly string[] {
  return namesIn(symbol).flatMap((name) => {
    const called = judged.filter(({ market }) => isCalled(market, name));
    const answers = called.flatMap((one) => one.answers[0] ?? []);
    const [first] = answers;
    if (first?.kind !== 'unscored' || answers.some(({ kind }) => kind === 'scored')) return [];
    const { exchange, symbol: spelled } = called[0]!.market;
    const likely = first.status === 'stale' ? ': delisted, or its files are not updated any more' : '';
    return [`--symbol ${name}: ${exchange} ${spelled} is not scored: ${first.reason.text}${likely}`];
  });
}

/** @throws ConfigError when no market has the timeframe: a feed without one score would take the place of a good one */
export function expectTimeframe(judged: readonly Pick<Judged, 'timeframes'>[], asked: Timeframe | 'auto'): void {
  const found = [...new Set(judged.flatMap(({ timeframes }) => timeframes))];
  const targets = asked === 'auto' ? AUTO_TIMEFRAMES : [asked];
  const gives = (one: Timeframe): boolean => targets.some((target) => one === target || canResample(one, target));
  if (found.length === 0 || found.some(gives)) return;
  const wanted = asked === 'auto' ? 'candles that auto can use' : `${asked} files`;
  throw new ConfigError(`--timeframe: no ${wanted} here, nor finer ones that give them: ${enumerated(found)}`, 2);
}
