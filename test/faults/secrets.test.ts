import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { answer as sandboxAnswer } from '../../src/sandbox/api.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { workplace, type CliResult } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import {
  json,
  startScriptedServer,
  status,
  text,
  type Script,
  type ScriptedServer,
} from '../support/scripted-server.ts';
import { backwards, leakingFiles, leaksOf } from '../support/secrets.ts';
import { figure, FULL } from './figures.ts';
import { AS_OF, copyMarkets } from './market-folder.ts';

/** Holds what URLs, JSON and base64 write otherwise. */
const KEY = 'CANARY/5f+1d&0c%9b=7a\\3e';

const planted = vi.hoisted(() => ({ bug: false }));

/** A bug in the middle of the run whose message holds the key. */
vi.mock('../../src/feed/build.ts', async (load) => {
  const real = await load<{ readonly buildSummary: (parts: never) => unknown }>();
  const buildSummary = (parts: never): unknown => {
    if (!planted.bug) return real.buildSummary(parts);
    throw new Error(`${KEY} ${encodeURIComponent(KEY)} ${Buffer.from(`api_key: ${KEY};`).toString('base64')}`);
  };
  return { ...real, buildSummary };
});

const place = workplace();
const told: Record<string, string> = {};
let server: ScriptedServer;

beforeAll(async () => {
  copyMarkets(place.path('candles'), 4);
  writeFileSync(place.path('scan.config.json'), '{}');
  server = await startScriptedServer();
});
afterAll(async () => {
  await server.close();
  place.remove();
});

async function keep(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  // The key lies in the file, so that nothing but the search below looks for it.
  const result = await runHere(place, args, {
    env: {
      SCAN_QUOTA_CALLS: '1000',
      SCAN_QUOTA_MIN_SPACING_MS: '0',
      SCAN_LOG_LEVEL: 'debug',
      SCAN_CACHE_DIR: place.path('cache', name),
      ...env,
    },
  });
  told[`stdout of ${name}`] = result.stdout;
  told[`stderr of ${name}`] = result.stderr;
  return result;
}

/** The made-up world, in which the histories are what the script says. */
function histories(script: Script): Script {
  return (request, response, url) => {
    const asked = url.pathname.slice('/v1/'.length);
    if (asked.endsWith('-history')) return script(request, response, url);
    const known = sandboxAnswer(asked, url.searchParams, SAMPLE_AS_OF);
    return json(known.ok ? known.rows() : [])(request, response, url);
  };
}

const IN_BYTES = Buffer.from(KEY).toString('hex').replaceAll(/../g, '%$&');
const ECHO = `${KEY} ${encodeURIComponent(KEY)} ${Buffer.from(KEY).toString('base64')} ${backwards(KEY)} ${IN_BYTES}`;
const UPSTREAM: Readonly<Record<string, Script>> = {
  'a refused key': status(401, {}, { message: ECHO }),
  'a wrong request': status(400, {}, { message: ECHO }),
  // Asked for again after a while.
  ...(FULL ? { 'a page': text(`<html>${ECHO}</html>`, 'text/html') } : {}),
  'another shape': json([{ symbol: ECHO, history: ECHO }]),
  'an elsewhere': status(302, { location: `http://127.0.0.1:2/?api_key=${encodeURIComponent(KEY)}` }),
  'a limit': status(429, { 'retry-after': '1000000' }, { message: ECHO }),
};

describe('the key', () => {
  it('appears nowhere: not in what is printed or written, whatever fails, at the most talkative level', async () => {
    // The user's own file: a key and another host than Coinalyze's have to stand in one place.
    const own = place.path('.config', 'perpscan');
    mkdirSync(own, { recursive: true });
    const both = `COINALYZE_API_KEY='${KEY}'\nCOINALYZE_BASE_URL=${server.url}\n`;
    writeFileSync(path.join(own, '.env'), both, { mode: 0o600 });
    const feed = place.path('feed.json');
    const candles = [place.path('candles'), '--as-of', AS_OF, '--budget', '2s'];
    for (const [name, script] of Object.entries(UPSTREAM)) {
      server.play(histories(script));
      const format = Object.keys(told).length % 4 === 0 ? 'text' : 'json';
      const env = { SCAN_STATE_DIR: place.path('state', name), SCAN_LOG_FORMAT: format };
      const { stderr } = await keep(name, [...candles, '--output', feed], env);
      expect(stderr, name).toContain('sending');
      told[`feed of ${name}`] = readFileSync(feed, 'utf8');
    }
    await keep('show', ['show', feed, '--explain']);
    await keep('show as JSON', ['show', feed, '--json']);
    await keep('show of the run', ['show', feed, '--run']);
    await keep('show of markets', ['show', feed, '--markets', '--tsv']);
    await keep('show of coins', ['show', feed, '--coins', '--where', KEY.slice(0, 6)]);
    await keep('a check', ['schema', '--check', feed]);
    await keep('detail full', [...candles, '--detail', 'full', '--output', place.path('full.json')]);
    await keep('a feed on stdout', [...candles, '--json', '--output', feed]);
    await keep('schema', ['schema']);
    server.play(status(401, {}, { message: ECHO }));
    const state = { SCAN_STATE_DIR: place.path('state', 'doctor') };
    expect((await keep('doctor', ['doctor'], state)).stdout).toContain('refused');
    await keep('doctor as JSON', ['doctor', '--json'], state);
    await keep('a wrong setting', candles, { SCAN_BUDGET: 'soon' });
    planted.bug = true;
    const crash = await keep('a crash', [...candles, '--provider', 'none', '--output', feed]);
    planted.bug = false;
    expect(crash).toMatchObject({ code: 1, stderr: expect.stringContaining('this is a bug in perpscan') });
    expect(crash.stderr, 'with the stack').toMatch(/\n +at /);
    expect(leaksOf(KEY, told)).toEqual([]);
    expect(leakingFiles(KEY, place.folder)).toEqual([]);
    expect(leakingFiles('trend-breakout', place.folder), 'the search is not blind').not.toEqual([]);
    expect(server.requests.length).toBeGreaterThan(5);
    for (const { url, headers } of server.requests) {
      expect(leaksOf(KEY, { url: url.href })).toEqual([]);
      expect(headers['api_key']).toBe(KEY);
    }
    const files = 'cache, ledger, lock and feed';
    figure(
      'F2',
      `${Object.keys(told).length} outputs, ${files} of ${Object.keys(UPSTREAM).length} faults and a crash: 0 show it`,
    );
  });

  it.each([
    ['as it is', `a ${KEY} b`],
    ['in a URL', `?api_key=${encodeURIComponent(KEY)}&x`],
    ['in JSON', JSON.stringify({ a: [KEY] })],
    ...['', 'k', 'ke', 'key'].map((before): [string, string] => [
      `in base64 behind ${before.length} letters`,
      Buffer.from(`${before}${KEY} and more`).toString('base64'),
    ]),
    ['in base64 for URLs', Buffer.from(`?>${KEY}`).toString('base64url')],
    ['in base64 for URLs, backwards', backwards(Buffer.from(`?>${KEY}`).toString('base64url'))],
    ['backwards, in base64 for URLs', Buffer.from(backwards(KEY)).toString('base64url')],
    ['backwards', `a ${backwards(KEY)} b`],
    ['in capitals', `A ${KEY.toUpperCase()} B`],
    ['in small letters', `a ${KEY.toLowerCase()} b`],
    ['with every character encoded', `a ${IN_BYTES} b`],
    ['with every character encoded, backwards', `a ${backwards(IN_BYTES)} b`],
    ['in hex', Buffer.from(`a ${KEY} b`).toString('hex')],
    ['in hex with capitals', Buffer.from(`a ${KEY} b`).toString('hex').toUpperCase()],
  ])('%s would be found', (_, shown) => {
    expect(leaksOf(KEY, { text: shown })).toEqual(['text']);
  });
});
