import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SCHEMA_VERSION, type Feed } from '../../src/core/feed.ts';
import { parseFeed } from '../../src/feed/parse.ts';
import { feedText, writeFeed } from '../../src/feed/writer.ts';
import { longSignal, makeFeed, unscoredSignal } from './fixtures.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'perpscan-feed-'));
  file = path.join(folder, 'master_feed.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FEED = makeFeed([longSignal(), unscoredSignal('stale', { symbol: 'EVIL\u202e\u009b2J\n' })]);

describe('writeFeed', () => {
  it('writes a feed that reads back the same', async () => {
    const result = await writeFeed(file, FEED);
    expect(result).toMatchObject({ ok: true, warning: null });
    const text = readFileSync(file, 'utf8');
    expect(result.ok && result.bytes).toBe(Buffer.byteLength(text));
    expect(parseFeed(text, file)).toEqual({ ok: true, feed: FEED });
  });

  it('a feed that breaks its schema is not written: the path is named, the old one stays, nothing is left', async () => {
    writeFileSync(file, 'old');
    const broken = makeFeed([longSignal(), longSignal({ price: Number.NaN })]);
    const result = await writeFeed(file, broken);
    expect(result).toMatchObject({
      ok: false,
      code: 'invalid-feed',
      detail: expect.stringContaining('signals[1].price'),
    });
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['master_feed.json']);
  });

  it('a failed write is handed on', async () => {
    const failure = { ok: false, code: 'ENOSPC', detail: 'full' } as const;
    expect(await writeFeed(file, FEED, () => Promise.resolve(failure))).toBe(failure);
  });
});

describe('feedText', () => {
  it('one signal per line, a newline at the end', () => {
    const lines = feedText(FEED).split('\n');
    expect(lines.at(-1)).toBe('');
    const start = lines.indexOf('"signals":[') + 1;
    expect(JSON.parse(lines[start]!.replace(/,$/, ''))).toEqual(FEED.signals[0]);
    expect(JSON.parse(lines[start + 1]!)).toEqual(FEED.signals[1]);
    expect(lines).toHaveLength(start + 2 + 2);
  });

  it('the same feed gives the same bytes', () => {
    expect(feedText(structuredClone(FEED))).toBe(feedText(FEED));
  });

  it('has no raw control or bidi character but its newlines', () => {
    expect(feedText(FEED).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('a feed without signals is JSON too', () => {
    expect(JSON.parse(feedText(makeFeed([])))).toEqual(makeFeed([]));
  });
});

describe('parseFeed', () => {
  const changed = (change: (feed: Record<string, unknown>) => void): string => {
    const copy = JSON.parse(feedText(FEED)) as Record<string, unknown>;
    change(copy);
    return JSON.stringify(copy);
  };
  const detailOf = (text: string): string => {
    const parsed = parseFeed(text, 'x/feed.json');
    return parsed.ok ? 'ok' : parsed.detail;
  };

  it('fields of a newer minor version are tolerated, and kept', () => {
    const text = changed((feed) => {
      feed['schema_version'] = '1.3.0';
      feed['added'] = { a: 1 };
      (feed['signals'] as Record<string, unknown>[])[0]!['edge'] = 0.1;
    });
    const parsed = parseFeed(text, 'feed.json');
    expect(parsed).toMatchObject({
      ok: true,
      feed: { schema_version: SCHEMA_VERSION, added: { a: 1 }, signals: [{ edge: 0.1 }, {}] },
    });
  });

  it('an added field does not hide a broken one', () => {
    const text = changed((feed) => {
      feed['added'] = 1;
      feed['last_updated'] = 'yesterday';
    });
    expect(detailOf(text)).toContain('x/feed.json: last_updated: ');
  });

  it('a newer major version says so', () => {
    const detail = detailOf(changed((feed) => (feed['schema_version'] = '2.0.0')));
    expect(detail).toBe(
      `x/feed.json has schema_version 2.0.0, newer than this program's ${SCHEMA_VERSION}: update perpscan`,
    );
  });

  it.each([
    ['', 'x/feed.json is not JSON'],
    ['{"schema_version": "1.0', 'x/feed.json is not JSON'],
    ['[]', 'no perpscan feed'],
    ['null', 'no perpscan feed'],
    ['{"schema_version": 1}', 'no perpscan feed'],
    ['{"schema_version": "1.0.0"}', 'scan data/ --strategy all'],
  ])('%s is refused with file and remedy', (text, part) => {
    expect(detailOf(text)).toContain(part);
  });

  it('a broken field is named as jq names it', () => {
    const text = changed((feed) => {
      (feed['signals'] as Feed['signals'][number][]).push({ ...longSignal(), setup: { entry: 1 } as never });
    });
    expect(detailOf(text)).toContain('signals[2].setup.stop_loss');
  });
});
