import { describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { parseFeed } from '../../src/feed/parse.ts';
import { feedText } from '../../src/feed/writer.ts';
import { explainedSignal, feedOf, leanSignal, unscoredSignal } from './fixtures.ts';

const FEED = feedOf({ signals: [explainedSignal(), leanSignal({ symbol: 'ETHUSDT' }), unscoredSignal('stale')] });

function changed(change: (feed: Record<string, unknown>) => void): string {
  const copy = JSON.parse(feedText(FEED)) as Record<string, unknown>;
  change(copy);
  return JSON.stringify(copy);
}
function detailOf(text: string): string {
  const parsed = parseFeed(text, 'x/feed.json');
  return parsed.ok ? 'ok' : parsed.detail;
}

describe('parseFeed', () => {
  it('fields of a newer minor version are tolerated wherever they stand', () => {
    const text = changed((feed) => {
      feed['schema_version'] = '2.3.0';
      feed['added'] = { a: 1 };
      const [explained, lean] = feed['signals'] as Record<string, Record<string, unknown>>[];
      explained!['heat'] = { a: 1 };
      explained!['market']!['heat'] = 1;
      lean!['oi_metadata']!['heat'] = 1;
    });
    expect(parseFeed(text, 'feed.json')).toMatchObject({
      ok: true,
      feed: { schema_version: '2.0.0', added: { a: 1 }, signals: [{ heat: { a: 1 }, market: { heat: 1 } }, {}, {}] },
    });
  });

  it('an added field hides neither a broken one nor a contradiction', () => {
    const broken = changed((feed) => {
      feed['added'] = 1;
      feed['last_updated'] = 'yesterday';
    });
    expect(detailOf(broken)).toContain('x/feed.json: .last_updated: ');
    const contradicting = changed((feed) => {
      const [explained] = feed['signals'] as Record<string, unknown>[];
      explained!['added'] = 1;
      explained!['setup'] = null;
    });
    expect(detailOf(contradicting)).toContain('x/feed.json: .signals[0].setup: null with direction long');
  });

  it('a feed of 1.x is refused with one line that says what helps', () => {
    expect(detailOf(changed((feed) => (feed['schema_version'] = '1.2.0')))).toBe(
      'x/feed.json has schema_version 1.2.0, older than 2.0.0: write it anew with: scan data/ --strategy all',
    );
  });

  it('a newer major version says so', () => {
    expect(detailOf(changed((feed) => (feed['schema_version'] = '3.0.0')))).toBe(
      "x/feed.json has schema_version 3.0.0, newer than this program's 2.0.0: update perpscan",
    );
  });

  it.each([
    ['', 'x/feed.json is not JSON'],
    ['{"schema_version": "2.0', 'x/feed.json is not JSON'],
    ['[]', 'no perpscan feed'],
    ['null', 'no perpscan feed'],
    ['{"schema_version": 2}', 'no perpscan feed'],
    ['{"schema_version": "2.0.0"}', 'scan data/ --strategy all'],
  ])('%s is refused with file and remedy', (text, part) => {
    expect(detailOf(text)).toContain(part);
    expect(detailOf(text).split('\n')).toHaveLength(1);
  });

  it('a broken field is named as jq names it', () => {
    const text = changed((feed) => {
      (feed['signals'] as Feed['signals'][number][]).push({ ...explainedSignal(), setup: { entry: 1 } as never });
    });
    expect(detailOf(text)).toContain('.signals[3].setup.stop_loss: ');
  });
});
