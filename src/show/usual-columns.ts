/** What is shown of rows when no columns are asked for. */
import type { MarketRow } from '../core/market-row.ts';
import type { CoinRow } from './coins.ts';
import { COIN_FIELDS, MARKET_FIELDS, SIGNAL_FIELDS, type Field, type Fields, type SignalRow } from './fields.ts';
import type { ShownColumn } from './rows.ts';

/** A name, its title, and which goes first when the width is short. */
type Usual = readonly [name: string, title: string, dispensable?: number];

function usual<Row>(fields: Fields<Row>, columns: readonly Usual[]): readonly ShownColumn<Row>[] {
  return columns.flatMap(([name, title, dispensable]) => {
    const field = fields.get(name);
    if (field === undefined) return [];
    return [{ field, title, ...(dispensable === undefined ? {} : { dispensable }) }];
  });
}

/** Whose the series are: the numbers beside it are the market's own, or empty. */
const SERIES_OF: Field<MarketRow> = {
  name: 'series_of',
  type: 'text',
  read: ({ tier, venue }) =>
    tier === 'resolved' ? 'own' : tier === 'aggregated' ? `stand-in: ${venue ?? '?'}` : 'none',
};

export const USUAL_MARKET_COLUMNS: readonly ShownColumn<MarketRow>[] = [
  ...usual(MARKET_FIELDS, [
    ['symbol', 'MARKET'],
    ['exchange', 'VENUE', 1],
    ['price', 'PRICE', 2],
    ['change_24h_pct', '24H', 3],
    ['funding_pct', 'FUNDING', 4],
    ['funding_8h_pct', 'PER 8 H', 7],
    ['oi_change_24h_pct', 'OI 24H', 5],
    ['open_interest_usd', 'OI USD', 6],
    ['change_7d_pct', '7D', 9],
    ['atr_pct', 'ATR', 10],
    ['turnover_24h_usd', 'TURNOVER', 11],
    ['long_short_ratio', 'L/S', 12],
    ['liquidations_24h_usd', 'LIQ 24H USD', 13],
  ]),
  { field: SERIES_OF, title: 'SERIES', dispensable: 8 },
];

export const USUAL_COIN_COLUMNS: readonly ShownColumn<CoinRow>[] = usual(COIN_FIELDS, [
  ['coin', 'COIN'],
  ['markets', 'MARKETS', 1],
  ['price_gap_pct', 'PRICE GAP', 2],
  ['open_interest_usd', 'OI USD', 3],
  ['funding_8h_min_pct', '8H FUNDING MIN', 5],
  ['funding_8h_max_pct', 'MAX', 6],
  ['funding_spread_8h_pct', 'SPREAD', 4],
]);

export const USUAL_SIGNAL_COLUMNS: readonly ShownColumn<SignalRow>[] = usual(SIGNAL_FIELDS, [
  ['symbol', 'MARKET'],
  ['exchange', 'VENUE', 4],
  ['strategy', 'STRATEGY', 3],
  ['direction', 'SIDE', 1],
  ['score', 'SCORE', 1],
  ['price', 'PRICE', 5],
  ['stop_loss', 'STOP', 2],
  ['take_profit', 'TARGET', 2],
  ['risk_reward', 'R/R', 6],
]);

/** With the field that the rows are sorted by behind the first column, which goes last when the width is short. */
export function withSort<Row>(
  columns: readonly ShownColumn<Row>[],
  sortedBy: Field<Row> | null,
): readonly ShownColumn<Row>[] {
  if (sortedBy === null) return columns;
  const [first, ...others] = columns;
  const { field, title } = columns.find((column) => column.field.name === sortedBy.name) ?? { field: sortedBy };
  if (first === undefined || first.field.name === field.name) return columns;
  const sorted = title === undefined ? { field } : { field, title };
  return [first, sorted, ...others.filter((column) => column.field.name !== field.name)];
}
