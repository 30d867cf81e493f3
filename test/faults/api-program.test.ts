import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { isExplained } from '../../src/core/signal.ts';
import { answer as sandboxAnswer } from '../../src/sandbox/api.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { workplace } from '../support/cli.ts';
import type { CliResult } from '../support/cli.ts';
import { answer, startRawServer } from '../support/raw-server.ts';
import type { RawRequest, RawScript, RawServer } from '../support/raw-server.ts';
import { REFUSING_URL } from '../support/scripted-server.ts';
import { reset } from './api-rows.ts';
import { figure, FULL } from './figures.ts';
import { copyMarkets } from './market-folder.ts';

const KEY = 'CANARY-e0b5d7c219f4';
const MARKETS = 8;
const place = workplace();
const CANDLES = place.path('candles');
afterAll(() => place.remove());

/** What the API says of the made-up world. */
const healthy: RawScript = (socket, request) => {
  const { pathname, searchParams } = request.url;
  const told = sandboxAnswer(pathname.replace('/v1/', ''), searchParams, SAMPLE_AS_OF);
  answer(told.ok ? 200 : told.status, JSON.stringify(told.ok ? told.rows() : {}))(socket, request);
};

/** The lists are well, the histories are not. */
function histories(fault: RawScript): RawScript {
  return (socket, request) => (request.url.pathname.endsWith('-history') ? fault : healthy)(socket, request);
}

interface Run extends CliResult {
  readonly feed: Feed;
  readonly requests: readonly RawRequest[];
}

/** Without a script the port refuses. */
async function run(name: string, script: RawScript | null): Promise<Run> {
  if (script === null) return runAt(name, REFUSING_URL, []);
  const server = await startRawServer();
  server.play(script);
  try {
    return await runAt(name, server.url, server.requests);
  } finally {
    await server.close();
  }
}

async function runAt(name: string, baseUrl: string, requests: readonly RawRequest[]): Promise<Run> {
  const output = place.path(`${name}.json`);
  const args = [CANDLES, '--as-of', String(SAMPLE_AS_OF), '--output', output, '--budget', '5s', '--log-level', 'debug'];
  // Only an explained signal says why its open interest is missing.
  const explained = ['--detail', 'full'];
  const result = await place.scan([...args, ...explained], {
    env: {
      COINALYZE_API_KEY: KEY,
      COINALYZE_BASE_URL: baseUrl,
      SCAN_QUOTA_WINDOW_MS: '100',
      SCAN_QUOTA_MIN_SPACING_MS: '0',
      SCAN_CACHE_DIR: place.path(`cache-${name}`),
      SCAN_STATE_DIR: place.path(`state-${name}`),
    },
  });
  return { ...result, feed: JSON.parse(readFileSync(output, 'utf8')) as Feed, requests };
}

/** Why the open interest of the signals is missing, without repetition. */
function reasons({ feed }: Run): readonly (string | null)[] {
  const scored = feed.signals.filter(isExplained).filter(({ status }) => status === 'ok');
  return [...new Set(scored.map(({ oi_metadata: oi }) => oi.reason))];
}

interface Row {
  readonly name: string;
  /** Null for a port that refuses. */
  readonly script: RawScript | null;
  readonly code: number;
  /** The code and the text of the reason for being degraded; null when the run is complete. */
  readonly degraded: readonly [string, RegExp] | null;
  readonly oi: string;
  readonly requests?: number;
  /** Left to the full form. */
  readonly long?: true;
}

const message = (status: number, headers: Readonly<Record<string, string>> = {}): RawScript =>
  answer(status, JSON.stringify({ message: `no, ${KEY}` }), headers);
const page = answer(200, `<html>${KEY}`, { 'content-type': 'text/html' });

const ROWS: readonly Row[] = [
  {
    name: 'refused',
    long: true,
    script: null,
    code: 3,
    degraded: ['market-index-unavailable', /refused/],
    oi: 'no-index',
  },
  {
    name: 'dead',
    long: true,
    script: histories(message(500)),
    code: 3,
    degraded: ['series-unavailable', /upstream.*HTTP 500/],
    oi: 'upstream',
  },
  {
    name: 'html',
    long: true,
    script: histories(page),
    code: 3,
    degraded: ['series-unavailable', /not JSON/],
    oi: 'bad-payload',
  },
  {
    name: 'key',
    script: histories(message(401)),
    code: 3,
    degraded: ['series-unavailable', /COINALYZE_API_KEY/],
    oi: 'unauthorized',
    requests: 3,
  },
  {
    name: 'limited',
    script: histories(message(429, { 'retry-after': '1000000000' })),
    code: 3,
    degraded: [
      'deadline',
      /not reached within the deadline: the provider asked for silence \(429\), .* for another (59 min|1 h)/,
    ],
    oi: 'deferred',
    requests: 3,
  },
  {
    name: 'empty',
    script: histories(answer(200, '[]')),
    code: 3,
    degraded: ['series-unavailable', /missing in the answers/],
    oi: 'absent-once',
  },
  {
    name: 'elsewhere',
    script: message(302, { location: 'http://127.0.0.1:2/' }),
    code: 3,
    degraded: ['market-index-unavailable', /redirect/],
    oi: 'no-index',
    requests: 1,
    long: true,
  },
  {
    name: 'gone',
    script: histories(message(404)),
    code: 3,
    degraded: ['series-unavailable', /HTTP 404/],
    oi: 'upstream',
    long: true,
  },
  {
    name: 'message',
    script: histories(message(200)),
    code: 3,
    degraded: ['series-unavailable', /not a list/],
    oi: 'bad-payload',
  },
  {
    name: 'cut',
    script: histories(reset('HTTP/1.1 200 OK\r\n')),
    code: 3,
    degraded: ['series-unavailable', /closed/],
    oi: 'upstream',
    long: true,
  },
  {
    name: 'rubbish',
    script: histories(answer(200, '[{"symbol":7}]')),
    code: 3,
    degraded: ['series-unavailable', /unreadable/],
    oi: 'bad-payload',
    long: true,
  },
  {
    name: 'nobody',
    script: message(403),
    code: 3,
    degraded: ['market-index-unavailable', /COINALYZE_API_KEY/],
    oi: 'no-index',
    requests: 1,
    long: true,
  },
];

describe('a scan while the API fails', () => {
  let server: RawServer;
  let good: Run;
  beforeAll(async () => {
    copyMarkets(CANDLES, MARKETS);
    server = await startRawServer();
    server.play(healthy);
    good = await runAt('good', server.url, server.requests);
  });
  afterAll(() => server.close());

  const shape = ({ feed }: Run): object =>
    Object.fromEntries(
      feed.signals.filter(isExplained).map(({ id, status, direction, setup }) => [id, { status, direction, setup }]),
    );

  it('says what it lacks and why, keeps every signal, and never tells the key', async () => {
    expect(good.code).toBe(0);
    expect(good.feed.run).toMatchObject({ provider: 'coinalyze', degraded: false });
    const rows = ROWS.filter(({ long }) => FULL || long === undefined);
    const runs = await pMap(rows, async (row) => ({ row, result: await run(row.name, row.script) }), {
      concurrency: 2,
    });
    for (const { row, result } of runs) {
      const { feed, code } = result;
      expect.soft(code, `${row.name}: ${result.stderr}`).toBe(row.code);
      const [first] = feed.run.degraded_reasons;
      if (row.degraded === null) expect.soft(feed.run.degraded, row.name).toBe(false);
      else {
        expect.soft(first, row.name).toMatchObject({ code: row.degraded[0] });
        expect.soft(first?.text, row.name).toMatch(row.degraded[1]);
      }
      expect.soft(reasons(result), row.name).toContain(`OI_UNAVAILABLE:${row.oi}`);
      expect.soft(shape(result), `${row.name}: price alone decides direction and setup`).toEqual(shape(good));
      if (row.requests !== undefined) expect.soft(result.requests, row.name).toHaveLength(row.requests);
      expect.soft(`${result.stdout}${result.stderr}`, row.name).not.toContain(KEY);
      for (const { line } of result.requests) expect.soft(line, row.name).not.toContain(KEY);
    }
    expect(filesWith(KEY)).toEqual([]);
    expect(filesWith('series-unavailable').length, 'the search is not blind').toBeGreaterThan(0);
    figure('B', `${runs.length} faults of whole scans, the key in none of their outputs and files`);
  });

  it('gives the very same signals from what the run before has fetched', async () => {
    const before = server.requests.length;
    server.play(reset(''));
    const dead = await runAt('good', server.url, server.requests);
    expect(dead.code).toBe(0);
    expect(server.requests).toHaveLength(before);
    expect(dead.feed.signals).toEqual(good.feed.signals);
    expect(dead.feed.run.input_hash).toBe(good.feed.run.input_hash);
    figure('A20', `API down after a run: ${dead.feed.signals.length} signals, the same to the byte, from the cache`);
  });
});

/** Files that the runs have written and that hold `text`, as it is or in base64. */
function filesWith(text: string): readonly string[] {
  const forms = [text, Buffer.from(text).toString('base64').slice(0, -4)];
  return readdirSync(place.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(CANDLES))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file, 'latin1');
      return forms.some((form) => bytes.includes(form));
    });
}
