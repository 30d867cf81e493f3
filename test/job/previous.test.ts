import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { workplace } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { SAMPLE } from '../support/places.ts';

const place = workplace();
afterAll(() => place.remove());

it.each([
  ['1.2.0', /has schema_version 1\.2\.0, older than 2\.0\.0\n/],
  ['3.0.0', /has schema_version 3\.0\.0, newer than this program's 2\.0\.0\n/],
])(
  'a feed of version %s in the place of the new one is not compared, and the run says that it writes a new one',
  async (version, why) => {
    const file = place.path('feed.json');
    writeFileSync(file, JSON.stringify({ schema_version: version, run: {}, signals: [] }));
    const { code, stderr } = await runHere(place, [SAMPLE, '--provider', 'none', '--output', file]);
    expect(code).toBe(0);
    const warning = stderr.split('[WARN] ').find((text) => text.startsWith('not compared'))!;
    expect(warning).toMatch(/^not compared with the previous feed, in whose place this run writes a new one: /);
    expect(warning).toMatch(why);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ schema_version: '2.0.0' });
  },
);
