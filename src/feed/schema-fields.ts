/** What several parts of the feed's schema share. */
import { z } from 'zod';
import { TIMEFRAMES } from '../core/time.ts';

/** As far as a Date reaches. */
const LAST_TIME = 8.64e15;

export const time = z.int().min(0).max(LAST_TIME).describe('ms UTC');
export const count = z.int().min(0);
export const price = z.number().positive();
/** Any finite number, or null for what is not known. */
export const known = z.number().nullable();
export const timeframe = z.enum(TIMEFRAMES);
export const tier = z
  .enum(['resolved', 'aggregated', 'neutral'])
  .describe("resolved: the market's own exchange; aggregated: a named stand-in venue; neutral: none");
export const side = z.enum(['long', 'short']);
export const recordStatus = z
  .enum(['positive', 'inconclusive', 'negative', 'unmeasured'])
  .describe('what was measured of the strategy');

/** `observability` is recursive, and the same type on both sides as it is. */
type DeepReadonly<T> = T extends object
  ? { readonly [K in keyof T]: K extends 'observability' ? T[K] : DeepReadonly<T[K]> }
  : T;

/** `true` only when a schema's output and a type of the vocabulary are the same in both directions, apart from `readonly`. */
export type SameShape<A, B> = [DeepReadonly<A>, DeepReadonly<B>] extends [DeepReadonly<B>, DeepReadonly<A>]
  ? true
  : false;
