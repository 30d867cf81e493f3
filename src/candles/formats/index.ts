import { arrays } from './arrays.ts';
import type { CandleFormat } from './format.ts';
import { objects } from './objects.ts';

/** In the order in which they are tried. */
export const FORMATS: readonly CandleFormat[] = [objects, arrays];
