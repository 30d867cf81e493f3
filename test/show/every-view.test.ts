import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { explain } from '../../src/feed/explain.ts';
import { runTable } from '../../src/feed/run-table.ts';
import { NOTHING_ASKED } from '../../src/feed/selection.ts';
import { feedTable } from '../../src/feed/table.ts';
import { displayWidth } from '../../src/platform/text.ts';
import { runSummary } from '../../src/show/run-summary.ts';
import { viewText, type ViewRequest } from '../../src/show/views.ts';
import { feedOf } from '../feed/fixtures.ts';
import { BTC, explained, lean, RICH, SIGNALS } from './rich-feed.ts';

const at = (width: number) => ({ colour: false, width });
const ROWS: Omit<ViewRequest, 'view'> = {
  selection: NOTHING_ASKED,
  asked: { where: null, sort: null, columns: null },
  limit: null,
  form: 'table',
};

function views(look: { colour: boolean; width: number }, feed: Feed = RICH): readonly string[] {
  const blocks = feed.signals.map((signal) => ({
    signal,
    others: 0,
    market: feed.markets[0] ?? null,
    notes: ['Noted.'],
  }));
  const sorted = { ...ROWS, asked: { ...ROWS.asked, sort: '-funding_pct' } };
  return [
    runSummary(feed, { file: 'data/master_feed.json', command: 'npx scan', comparable: true }, look),
    runSummary(feed, { file: null, command: 'scan', comparable: false }, look),
    feedTable(feed, { top: 10, now: feed.last_updated }, look),
    runTable(feed, look),
    explain(blocks, { summary: feed.summary, more: 3 }, look),
    viewText(feed, { ...ROWS, view: 'signals' }, look),
    viewText(feed, { ...sorted, view: 'signals' }, look),
    viewText(feed, { ...ROWS, view: 'markets' }, look),
    viewText(feed, { ...sorted, view: 'markets' }, look),
    viewText(feed, { ...ROWS, view: 'coins' }, look),
  ];
}

const HOSTILE = { symbol: 'EVIL\u001b[2J\n\u202eTDSU', exchange: 'X\u0007', coin: 'E\u001b[1A' };
const market = { ...BTC, ...HOSTILE, venue: 'v\u009b31m' };
const hostile = feedOf({
  signals: [
    ...SIGNALS,
    explained(BTC, {
      ...HOSTILE,
      market,
      strategy: 's\u009b31m',
      reasons: [{ code: 'A\u001b]0;title\u0007', text: 'b\r\nc' }],
    }),
    lean(BTC, { ...HOSTILE, unmet: { long: ['\u001b[31mX'], short: [] }, triggers: { long: null, short: null } }),
  ],
  summary: {
    files_skipped: [{ file: 'a\u001b[1A.json', reason: 'unreadable', detail: 'x' }],
  },
});

describe('every view', () => {
  it.each([140, 100, 80, 60, 40])(
    'keeps within %i columns, ends with one newline, has no space at a line’s end',
    (width) => {
      for (const text of views(at(width))) {
        for (const line of text.split('\n').filter((one) => !one.startsWith('  npx scan'))) {
          expect(displayWidth(line), line).toBeLessThanOrEqual(width);
          expect(line).toBe(line.trimEnd());
        }
        expect(text).toMatch(/[^\n]\n$/);
      }
    },
  );

  it('shows hostile names escaped', () => {
    for (const text of views(at(140), hostile)) {
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(views(at(140), hostile)[0]).toContain(String.raw`\u`);
  });

  it('colour changes how it looks, and nothing else', () => {
    const coloured = views({ colour: true, width: 140 });
    expect(coloured.map((text) => stripVTControlCharacters(text).replaceAll(/ +$/gm, ''))).toEqual(views(at(140)));
  });

  it('speaks of calls, conditions, triggers and what remains, and of no older word', () => {
    for (const text of views(at(140))) {
      expect(text).not.toMatch(/\bunits?\b|\bgates?\b|\bdemands?\b|\bflip|\bsettled\b|\bexact\b|the rest\b|\byoung/);
    }
  });

  it('names every column that a narrow terminal has no room for', () => {
    const titles = (text: string): readonly string[] =>
      text
        .split('\n')
        .filter((line) => /^(#|MARKET|COIN|SIDE|COMPONENT|SERIES|CODE)( {2,}|$)/.test(line))
        .flatMap((line) => line.split(/ {2,}/));
    const wide = views(at(250)).map(titles);
    for (const width of [100, 80, 60, 40]) {
      views(at(width)).forEach((text, index) => {
        const notes = [...text.replaceAll(/\n */g, ' ').matchAll(/columns: (.*?) \(/g)];
        const said = [...titles(text), ...notes.flatMap((note) => note[1]!.split(', '))];
        // A title may hold a comma itself.
        const all = new Set([...said, ...notes.map((note) => note[1]!)]);
        const missing = wide[index]!.filter((title) => ![...all].some((one) => one.includes(title)));
        expect(missing, `view ${index} at ${width}`).toEqual([]);
      });
    }
  });
});
