import { describe, expect, it } from 'vitest';
import type { MarketRow } from '../../src/core/market-row.ts';
import { MARKET_FIELDS, SIGNAL_FIELDS } from '../../src/show/fields.ts';
import { columnsFor, objectOf, pickRows, rowTable, shownText, tsvText, type Asked } from '../../src/show/rows.ts';
import {
  USUAL_COIN_COLUMNS,
  USUAL_MARKET_COLUMNS,
  USUAL_SIGNAL_COLUMNS,
  withSort,
} from '../../src/show/usual-columns.ts';
import { BTC, BTC_BYBIT, CAKE, ETH, explained, lean, NEUTRAL, PEPE } from './rich-feed.ts';

const NOTHING: Asked = { where: null, sort: null, columns: null };
const MARKETS = [PEPE, BTC_BYBIT, BTC, ETH, CAKE, NEUTRAL];
const names = (rows: readonly MarketRow[]): readonly string[] =>
  rows.map(({ exchange, coin }) => `${exchange}:${coin}`);
const pick = (asked: Partial<Asked>) => pickRows(MARKETS, MARKET_FIELDS, { ...NOTHING, ...asked });

describe('which rows', () => {
  it.each([
    ['funding_pct > 0.005', ['BINANCE:PEPE', 'BYBIT:BTC']],
    ["coin == 'btc' && open_interest_usd > 1e9", ['HYPERLIQUID:BTC']],
    ['oi_change_24h_pct == null', ['KUCOIN:CAKE', 'MEXC:NEW']],
    ['series.open_interest.change_pct > 40', ['KUCOIN:CAKE']],
    ["series.funding_rate.reason == 'FUNDING_UNAVAILABLE:not-listed'", ['MEXC:NEW']],
    ["tier == 'aggregated' || multiplier > 1", ['BINANCE:PEPE', 'KUCOIN:CAKE']],
    ['abs(oi_change_24h_pct) > 8', ['BINANCE:PEPE', 'BYBIT:BTC']],
  ])('%s', (where, expected) => {
    expect(names(pick({ where }).rows)).toEqual(expected);
  });

  it('an expression that is wrong is refused with its column and the nearest name', () => {
    expect(() => pick({ where: 'price > 1 && fundng_pct > 0' })).toThrow(
      '--where, column 14: unknown name fundng_pct; did you mean funding_pct?; all names: scan show --markets --tsv | head -1',
    );
    expect(() => pick({ where: 'price >' })).toThrow('--where, column 8: it ends here');
    expect(() => pick({ where: '__proto__ == 1' })).toThrow('--where, column 1: unknown name __proto__');
  });
});

describe('in which order', () => {
  it('by a field, the largest first with a minus; rows without a value come last either way', () => {
    expect(names(pick({ sort: 'funding_pct' }).rows)).toEqual([
      'HYPERLIQUID:BTC',
      'HYPERLIQUID:ETH',
      'BINANCE:PEPE',
      'BYBIT:BTC',
      'KUCOIN:CAKE',
      'MEXC:NEW',
    ]);
    expect(names(pick({ sort: '-funding_pct' }).rows)).toEqual([
      'BYBIT:BTC',
      'BINANCE:PEPE',
      'HYPERLIQUID:BTC',
      'HYPERLIQUID:ETH',
      'KUCOIN:CAKE',
      'MEXC:NEW',
    ]);
    expect(names(pick({ sort: '-coin' }).rows)[0]).toBe('BINANCE:PEPE');
  });

  it('the field is shown behind the first column, wherever it stood', () => {
    const titles = (sort: string): readonly (string | undefined)[] =>
      withSort(USUAL_MARKET_COLUMNS, pick({ sort }).sortedBy).map(({ title, field }) => title ?? field.name);
    expect(titles('-atr_pct').slice(0, 3)).toEqual(['MARKET', 'ATR', 'VENUE']);
    expect(titles('multiplier').slice(0, 3)).toEqual(['MARKET', 'multiplier', 'VENUE']);
    expect(titles('symbol')).toHaveLength(USUAL_MARKET_COLUMNS.length);
    expect(titles('-atr_pct')).toHaveLength(USUAL_MARKET_COLUMNS.length);
  });

  it('an unknown name is refused', () => {
    expect(() => pick({ sort: '-fundng_pct' })).toThrow('--sort: unknown name "fundng_pct"; did you mean funding_pct?');
    expect(() => pick({ columns: 'coin,nonsense' })).toThrow(
      /--columns: unknown name "nonsense"; all names: scan show --markets --tsv \| head -1$/,
    );
    expect(() => pick({ columns: 'coin,' })).toThrow('--columns: unknown name ""');
  });
});

describe('in which form', () => {
  it('tab-separated values are whole, with nothing where there is no value and no tab inside one', () => {
    const { rows, columns } = pick({ columns: 'coin, price,funding_8h_pct,closed_at', where: "coin != 'ETH'" });
    expect(tsvText(rows.slice(0, 3), columns!)).toBe(
      'coin\tprice\tfunding_8h_pct\tclosed_at\n' +
        'PEPE\t0.0123456\t\t1768838400000\n' +
        'BTC\t93044\t0.0312\t1768838400000\n' +
        'BTC\t92951\t\t1768838400000\n',
    );
    expect(tsvText([{ ...BTC, coin: 'A\tB\nC' }], [MARKET_FIELDS.get('coin')!])).toBe('coin\nA\\tB\\nC\n');
  });

  it('columns of a row by name', () => {
    const { columns } = pick({ columns: 'coin,series.open_interest.stale,turnover_24h_usd' });
    expect(objectOf(CAKE, columns!)).toEqual({
      coin: 'CAKE',
      'series.open_interest.stale': false,
      turnover_24h_usd: null,
    });
  });

  it.each([
    ['change_24h_pct', 1.2, '+1.20 %'],
    ['atr_pct', 1.1, '1.10 %'],
    ['open_interest_usd', 2_100_692_600, '2.101B'],
    ['score', 73.5, '74'],
    ['since', 1_768_838_400_000, '2026-01-19 16:00 UTC'],
    ['series.funding_rate.as_of', 1_768_838_400_000, '2026-01-19 16:00 UTC'],
    ['price', 0.000_012_345_6, '0.0000123456'],
    ['warmed_up', true, 'true'],
    ['price', null, ''],
  ])('for people %s %j is %s', (name, value, text) => {
    expect(shownText(name, value)).toBe(text);
  });
});

describe('the names of a signal', () => {
  it('its own come before those of its market, and both have their setup and triggers', () => {
    const read = (name: string, signal = explained(BTC), market: MarketRow | null = BTC) =>
      SIGNAL_FIELDS.get(name)!.read({ signal, market });
    expect(read('price', explained(BTC, { price: 5 }))).toBe(5);
    expect(read('stop_loss')).toBe(91_430);
    expect(read('funding_pct')).toBe(0.00125);
    expect(read('trigger_long')).toBeNull();
    expect(read('funding_pct', explained(BTC), null)).toBeNull();
    const waiting = lean(ETH);
    const triggers = ['trigger_long', 'trigger_long_pct', 'trigger_long_atr'];
    expect(triggers.map((name) => SIGNAL_FIELDS.get(name)!.read({ signal: waiting, market: ETH }))).toEqual([
      94_000, 1.128_508_5, 1.02,
    ]);
    expect(SIGNAL_FIELDS.get('unmet_short')!.read({ signal: waiting, market: ETH })).toBe(
      'CLOSE_BELOW_CHANNEL,RSI_NOT_STRETCHED',
    );
    for (const name of ['since', 'stop_loss', 'record', 'warmed_up']) {
      expect(SIGNAL_FIELDS.get(name)!.read({ signal: waiting, market: ETH })).toBeNull();
    }
  });

  it('the usual columns are names that there are', () => {
    expect([USUAL_MARKET_COLUMNS, USUAL_COIN_COLUMNS, USUAL_SIGNAL_COLUMNS].map(({ length }) => length)).toEqual([
      14, 7, 9,
    ]);
  });
});

it('a column that was asked for stands there also when no row has a value', () => {
  const { rows, columns } = pick({ columns: 'coin,funding_8h_pct,unified_symbol' });
  const empty = rows.map((row) => Object.assign({}, row, { funding_8h_pct: null }));
  const [heading] = rowTable(empty, columnsFor(columns!), 3, { colour: false, width: 80 }).split('\n');
  expect(heading).toMatch(/^COIN +FUNDING_8H_PCT +UNIFIED_SYMBOL/);
});
