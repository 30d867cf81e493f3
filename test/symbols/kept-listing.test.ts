import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKeptListing } from '../../src/symbols/kept-listing.ts';
import { buildMarketIndex } from '../../src/symbols/market-index.ts';
import { listing, row } from './listing.ts';

const GOOD = { storedAt: 5, listing: listing([row('A_PERP.A', 'AUSDT', 'A'), row('B_PERP.A', 'BUSDT', 'B')]) };
const TEXT = JSON.stringify(GOOD);

type Path = readonly (string | number)[];

/** `GOOD` with another value at `path`; undefined leaves it out. */
function changed(path: Path, value: unknown): unknown {
  const copy = JSON.parse(TEXT) as Record<string, unknown>;
  let at: Record<string, unknown> = copy;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string, unknown>;
  at[path.at(-1)!] = value;
  return JSON.parse(JSON.stringify(copy));
}

const VENUE = ['listing', 'venues', 0] as const;
const MARKET = ['listing', 'markets', 1] as const;
const noText: readonly unknown[] = [undefined, null, 5, [], {}];
const noWhole: readonly unknown[] = [undefined, null, '5', 1.5, 2 ** 53];
const noList: readonly unknown[] = [undefined, null, {}, 'a', [null], ['a'], [{}]];
const noFlag: readonly unknown[] = [undefined, null, 0, 'true'];

const damages: readonly (readonly [string, Path, readonly unknown[]])[] = [
  ['storedAt', ['storedAt'], [...noWhole, -1]],
  ['listing', ['listing'], [undefined, null, [], 'a', {}]],
  ['fetchedAt', ['listing', 'fetchedAt'], noWhole],
  ['venues', ['listing', 'venues'], noList],
  ['markets', ['listing', 'markets'], noList],
  ['venue code', [...VENUE, 'code'], noText],
  ['venue name', [...VENUE, 'name'], noText],
  ...['symbol', 'venueCode', 'symbolOnExchange', 'baseAsset', 'quoteAsset'].map(
    (name) => [name, [...MARKET, name], noText] as const,
  ),
  ...['perpetual', 'hasLongShortRatio'].map((name) => [name, [...MARKET, name], noFlag] as const),
  ['expireAt', [...MARKET, 'expireAt'], [undefined, '5', true]],
  ['margined', [...MARKET, 'margined'], [...noText, 'stable']],
  ['denomination', [...MARKET, 'denomination'], [...noText, 'USD']],
];

describe('a market list that was kept', () => {
  it('is one as it was written, also with something more in it', () => {
    expect(isKeptListing(JSON.parse(TEXT))).toBe(true);
    expect(isKeptListing(changed([...MARKET, 'more'], 1))).toBe(true);
    expect(isKeptListing(changed([...MARKET, 'expireAt'], 7))).toBe(true);
  });

  it.each(damages)('is none with another %s', (_, path, values) => {
    for (const value of values) expect(isKeptListing(changed(path, value)), JSON.stringify(value)).toBe(false);
  });

  it('is none, or one that can be used, whatever stands in its place', () => {
    const paths = fc.constantFrom(...damages.map(([, path]) => path));
    fc.assert(
      fc.property(paths, fc.jsonValue(), (path, value) => {
        const kept = changed(path, value);
        if (isKeptListing(kept)) expect(buildMarketIndex(kept.listing).size).toBeLessThanOrEqual(2);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(isKeptListing(value)).toBe(false);
      }),
    );
  });
});
