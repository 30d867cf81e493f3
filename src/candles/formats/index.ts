import { arrays } from './arrays.ts';
import { feather } from './feather.ts';
import { binanceKlines } from './binance-klines.ts';
import { coinalyze } from './coinalyze.ts';
import { csv } from './csv.ts';
import type { CandleFormat } from './format.ts';
import { objects } from './objects.ts';
import { parquet } from './parquet.ts';

/** In the order in which they are tried. */
export const FORMATS: readonly CandleFormat[] = [coinalyze, objects, arrays, binanceKlines, csv, feather, parquet];
