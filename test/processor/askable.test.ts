import { expect, it } from 'vitest';
import { causeBefore, kindsToAsk } from '../../src/processor/askable.ts';
import { NO_PROVIDER, RESOLVED } from './known.ts';

const WITHOUT = { ...RESOLVED, listed: { ...RESOLVED.listed, hasLongShortRatio: false } };

it('of a listed market every kind is asked for, the ratio only where it is listed', () => {
  expect(kindsToAsk(RESOLVED)).toEqual(['open_interest', 'funding_rate', 'long_short_ratio', 'liquidations']);
  expect(kindsToAsk(WITHOUT)).toEqual(['open_interest', 'funding_rate', 'liquidations']);
  expect(kindsToAsk(NO_PROVIDER)).toEqual([]);
});

it('before it was asked for, a series is pending or cannot be had', () => {
  expect([causeBefore(RESOLVED, 'long_short_ratio'), causeBefore(WITHOUT, 'long_short_ratio')]).toEqual([
    'deferred',
    'not-listed',
  ]);
});

it.each([
  ['no-provider', 'no-provider'],
  ['deferred', 'deferred'],
  ['no-index', 'upstream'],
  ['not-listed', 'not-listed'],
] as const)('of a market without a listing (%s) the cause of every kind is %s', (reason, cause) => {
  expect(causeBefore({ ...NO_PROVIDER, reason }, 'open_interest')).toBe(cause);
});
