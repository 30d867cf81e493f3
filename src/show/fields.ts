/** What rows hold under which name: the names that --where, --columns and --sort take. They are the feed's own. */
import type { MarketRow, SeriesRow } from '../core/market-row.ts';
import { SERIES_KINDS } from '../core/series.ts';
import { isExplained, type Signal } from '../core/signal.ts';
import type { FieldType, FieldValue } from '../core/where.ts';
import type { CoinRow } from './coins.ts';

export interface Field<Row> {
  readonly name: string;
  readonly type: FieldType;
  readonly read: (row: Row) => FieldValue;
}

export type Fields<Row> = ReadonlyMap<string, Field<Row>>;

/** A signal with the row of its market; null when the feed has none. */
export interface SignalRow {
  readonly signal: Signal;
  readonly market: MarketRow | null;
}

function table<Row>(...groups: readonly (readonly Field<Row>[])[]): Fields<Row> {
  const fields = new Map<string, Field<Row>>();
  // What stands first keeps its name: a signal's price is its own.
  for (const field of groups.flat()) if (!fields.has(field.name)) fields.set(field.name, field);
  return fields;
}

/** Fields that stand in the row under their own name. */
function plain<Row, Name extends string & keyof Row>(
  type: FieldType,
  names: readonly (Row[Name] extends FieldValue ? Name : never)[],
): readonly Field<Row>[] {
  return names.map((name) => ({ name, type, read: (row) => row[name] as FieldValue }));
}

const MARKET_NUMBERS = [
  'price',
  'change_24h_pct',
  'change_7d_pct',
  'atr_pct',
  'turnover_24h_usd',
  'open_interest_usd',
  'oi_change_24h_pct',
  'funding_pct',
  'funding_interval_h',
  'funding_8h_pct',
  'long_short_ratio',
  'liquidations_24h_usd',
  'multiplier',
  'closed_at',
] as const;

const SERIES_NUMBERS = ['value', 'value_usd', 'change_pct', 'percentile', 'n', 'as_of'] as const;
const SERIES_TEXTS = ['venue', 'status', 'reason'] as const;

function seriesFields(): readonly Field<MarketRow>[] {
  return SERIES_KINDS.flatMap((kind) => {
    const field = (type: FieldType, name: keyof SeriesRow): Field<MarketRow> => ({
      name: `series.${kind}.${name}`,
      type,
      read: ({ series }) => series[kind][name],
    });
    const numbers = SERIES_NUMBERS.map((name) => field('number', name));
    const texts = SERIES_TEXTS.map((name) => field('text', name));
    return numbers.concat(texts, field('boolean', 'stale'));
  });
}

export const MARKET_FIELDS: Fields<MarketRow> = table(
  plain<MarketRow, 'exchange' | 'symbol' | 'unified_symbol' | 'coin'>('text', [
    'exchange',
    'symbol',
    'unified_symbol',
    'coin',
  ]),
  plain<MarketRow, (typeof MARKET_NUMBERS)[number]>('number', MARKET_NUMBERS),
  plain<MarketRow, 'timeframe' | 'tier' | 'venue' | 'coinalyze_symbol'>('text', [
    'timeframe',
    'tier',
    'venue',
    'coinalyze_symbol',
  ]),
  seriesFields(),
);

export const COIN_FIELDS: Fields<CoinRow> = table(
  plain<CoinRow, 'coin'>('text', ['coin']),
  plain<CoinRow, Exclude<keyof CoinRow, 'coin'>>('number', [
    'markets',
    'price_gap_pct',
    'open_interest_usd',
    'funding_8h_min_pct',
    'funding_8h_max_pct',
    'funding_spread_8h_pct',
  ]),
);

function own(name: string, type: FieldType, read: (signal: Signal) => FieldValue): Field<SignalRow> {
  return { name, type, read: ({ signal }) => read(signal) };
}

const SIGNAL_TEXTS = ['id', 'exchange', 'symbol', 'coin', 'timeframe', 'strategy', 'status', 'direction'] as const;
const SETUP_NUMBERS = ['entry', 'stop_loss', 'take_profit', 'risk_reward', 'max_bars'] as const;

export const SIGNAL_FIELDS: Fields<SignalRow> = table(
  SIGNAL_TEXTS.map((name) => own(name, 'text', (signal) => signal[name])),
  [
    own('score', 'number', ({ score }) => score),
    own('score_side', 'text', ({ score_side: side }) => side),
    own('score_low', 'number', ({ score_bounds: bounds }) => bounds?.[0] ?? null),
    own('score_high', 'number', ({ score_bounds: bounds }) => bounds?.[1] ?? null),
    own('rank_in_strategy', 'number', ({ rank_in_strategy: rank }) => rank),
    own('price', 'number', ({ price }) => price),
    own('candle_time', 'number', ({ candle_time: time }) => time),
    own('since', 'number', (signal) => (isExplained(signal) ? signal.since : null)),
    own('record', 'text', (signal) => (isExplained(signal) ? signal.record : null)),
    own('breadth', 'number', (signal) => (isExplained(signal) ? signal.breadth : null)),
    own('warmed_up', 'boolean', (signal) => (isExplained(signal) ? signal.warmed_up : null)),
  ],
  SETUP_NUMBERS.map((name) =>
    own(name, 'number', (signal) => (isExplained(signal) ? (signal.setup?.[name] ?? null) : null)),
  ),
  (['long', 'short'] as const).flatMap((side) => [
    own(`trigger_${side}`, 'number', ({ triggers }) => triggers[side]?.price ?? null),
    own(`trigger_${side}_pct`, 'number', ({ triggers }) => triggers[side]?.distance_pct ?? null),
    own(`trigger_${side}_atr`, 'number', ({ triggers }) => triggers[side]?.distance_atr ?? null),
    own(`unmet_${side}`, 'text', ({ unmet }) => unmet?.[side].join(',') ?? null),
  ]),
  [own('oi_status', 'text', ({ oi_metadata: oi }) => oi.status)],
  [...MARKET_FIELDS.values()].map(({ name, type, read }) => ({
    name,
    type,
    read: ({ market }) => (market === null ? null : read(market)),
  })),
);
