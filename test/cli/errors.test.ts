import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProcess, workplace } from '../support/cli.ts';
import { ROOT, SAMPLE } from '../support/places.ts';
import { runHere } from '../support/in-process.ts';
import { REFUSING_URL, startScriptedServer, status, type ScriptedServer } from '../support/scripted-server.ts';

const place = workplace();
const KEY = 'CANARY-key-0123456789';
const OWN = place.path('own');
let server: ScriptedServer;
const listener = createServer();

/** 160 closed hourly candles. */
function candles(): string {
  const hour = 3_600_000;
  const last = Math.floor(Date.now() / hour) * hour - hour;
  const rows = Array.from({ length: 160 }, (_, at) => {
    const price = 100 + Math.sin(at / 3);
    return [last - (159 - at) * hour, price, price + 1, price - 1, price + 0.5, 10 + (at % 7)];
  });
  return JSON.stringify(rows);
}

function folder(name: string, files: Readonly<Record<string, string>> = {}): string {
  mkdirSync(place.path(name), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(place.path(name, file), text);
  return place.path(name);
}

beforeAll(async () => {
  folder('own', { 'BINANCE_BTCUSDT_1h.json': candles() });
  folder('empty');
  folder('text', { 'notes.txt': 'hello' });
  folder('broken', { 'BINANCE_BTCUSDT_4h.json': '[[1,2' });
  folder('taken.json');
  folder('feeds', { 'broken.json': '{"schema_version": ', 'foreign.json': '{"name": "x"}' });
  for (const [name, content] of Object.entries(CONFIGS)) folder(`config-${name}`, { 'scan.config.json': content });
  folder('config-folder/scan.config.json');
  folder('dotenv-folder/.env');
  folder('dotenv-folder', { 'scan.config.json': '{}' });
  folder('dotenv-unknown', { 'scan.config.json': '{}', '.env': 'SCAN_BUGDET=1m\n' });
  symlinkSync(place.path('nowhere'), place.path('dangling'));
  symlinkSync('circle.json', place.path('circle.json'));
  server = await startScriptedServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await server.close();
  await new Promise((resolve) => listener.close(resolve));
  place.remove();
});

const CONFIGS = {
  broken: '{ "budget": ',
  list: '[]',
  unknown: '{ "budgt": "1m" }',
  typed: '{ "budget": true }',
  value: '{ "log_level": "loud" }',
  nested: '{ "quota": 5 }',
  strategy: '{ "strategies": "trnd" }',
  key: `{ "api_key": "${KEY}" }`,
} as const;

interface Case {
  readonly args: readonly string[];
  readonly code: number;
  /** The thing, the reason, the remedy. */
  readonly says: RegExp;
  readonly env?: Readonly<Record<string, string>>;
  /** Folder in the workplace. */
  readonly cwd?: string;
}

const wrong = (args: readonly string[], says: RegExp): Case => ({ args, code: 2, says });
const set = (env: Readonly<Record<string, string>>, says: RegExp): Case => ({ args: [OWN], code: 78, says, env });
const configured = (name: string, says: RegExp): Case => ({ args: [OWN], code: 78, says, cwd: name });
/** A scan of real files by an own timeframe, up to where it fails. */
const hourly = (...more: readonly string[]): readonly string[] => [OWN, '--timeframe', '1h', ...more];

const WORDS: Readonly<Record<string, Case>> = {
  'a word that is nearly a command': wrong(['shwo'], /no such file or folder: shwo; did you mean the command show\?/),
  'a folder that is missing': wrong(['no/such/folder'], /no such file or folder: no\/such\/folder; give a folder/),
  'a command behind an option': wrong(['--quiet', 'show'], /show is a command and stands first: scan show \.\.\./),
  'a folder with a slip in it': wrong([place.path('onw')], /onw; did you mean own\?/),
  'a link that leads nowhere': wrong([place.path('dangling')], /no such file or folder: .*dangling/),
  'a path with control characters': wrong(['a\u001b[31mb\nc'], /a\\u001b\[31mb\\nc; give a folder/),
  'an option with a slip in it': wrong([OWN, '--strateg', 'all'], /--strateg; did you mean --strategy\?/),
  'an option that nobody knows': wrong([OWN, '--xyzzy'], /unknown option --xyzzy; see scan run --help/),
  'nothing to scan': wrong(
    ['--strategy', 'all'],
    /no candles to scan: give a folder or files, e\.g\. scan data\/ --strategy all/,
  ),
  'help on a word that is nearly a command': wrong(['help', 'shw'], /unknown command shw; did you mean show\?/),
  'help on a word that nobody knows': wrong(['help', 'xyzzy'], /unknown command xyzzy; see scan --help/),
  'a folder that the doctor cannot find': wrong(['doctor', 'nodir'], /no such file or folder: nodir; give a folder/),
  'a time for the doctor of a machine': wrong(['doctor', '--as-of', 'never'], /--as-of belongs to a folder of candles/),
  'an option of another command': wrong([OWN, '--explain'], /--explain; it belongs to scan show/),
  'an option of several commands': wrong(['schema', '--json'], /--json; it belongs to scan run, show, doctor, strat/),
  'an option of a command with a slip in it': wrong(['show', '--limt', '3'], /--limt; did you mean --limit\?/),
  'an option without its value': wrong([OWN, '--limit'], /option --limit <n> needs a value; see scan run --help/),
  'too many arguments': wrong(['show', 'a', 'b'], /too many arguments for show.*see scan show --help/),
  'an argument where none belongs': wrong(['schema', 'x'], /too many arguments for schema.*scan schema --help/),
  'an unknown shell': wrong(['completion', 'tcsh'], /shell: "tcsh" is not understood; expected one of bash, zsh, fish/),
  'no shell': wrong(['completion'], /missing required argument shell; see scan completion --help/),
};

const VALUES: Readonly<Record<string, Case>> = {
  'an unknown strategy': wrong([OWN, '--strategy', 'trend-brekout'], /Did you mean trend-breakout\? Known are/),
  'an unknown timeframe': wrong([OWN, '--timeframe', '5h'], /--timeframe: "5h" is not understood; expected auto or/),
  'an unknown provider': wrong([OWN, '--provider', 'coinalize'], /--provider: "coinalize".*did you mean coinalyze\?/),
  'an unknown log level': wrong([OWN, '--log-level', 'debg'], /--log-level: "debg".*did you mean debug\?/),
  'an unknown log format': wrong([OWN, '--log-format', 'xml'], /--log-format: "xml".*expected text or json/),
  'a budget in words': wrong([OWN, '--budget', 'soon'], /--budget: "soon".*such as 90s, 5m or 1h/),
  'a budget of a month': wrong([OWN, '--budget', '600h'], /--budget: "600h".*at most 24h/),
  'a fetch of something else': wrong([OWN, '--fetch', 'actionble'], /--fetch: "actionble".*did you mean actionable\?/),
  'the best none': wrong([OWN, '--top', '0'], /--top: "0" is not understood; expected a whole number from 1 on/),
  'a score beyond all': wrong([OWN, '--min-score', '101'], /--min-score: "101".*a score from 0 to 100/),
  'two goals': wrong([OWN, '--top', '5', '--min-score', '70'], /--top and --min-score are two goals.*leave one/),
  'a goal without fetching': wrong(
    [OWN, '--top', '5', '--fetch', 'none'],
    /--top: nothing is fetched with --fetch none/,
  ),
  'no time at all': wrong([OWN, '--deadline', '0s'], /--deadline: 0s leaves no time.*--fetch none/),
  'a run and a part of it': wrong(['show', '--run', '--symbol', 'BTC'], /--run and --symbol: --run tells of the whole/),
  'a limit of nothing': wrong([OWN, '--limit', '0'], /--limit: "0".*whole number from 1 on/),
  'a time in words': wrong([OWN, '--as-of', 'yesterday'], /--as-of: "yesterday".*expected e\.g\. 2026/),
  'a time in seconds': wrong([OWN, '--as-of', '1768842000'], /--as-of.*ms UTC/),
  'a day that no calendar has': wrong([OWN, '--as-of', '2026-02-30'], /--as-of: "2026-02-30"/),
  'an exchange that is not in the input': wrong([OWN, '--exchange', 'NYSE'], /no market of "NYSE".*there are BINANCE/),
  'a symbol with a slip in it': wrong([OWN, '--symbol', 'BTCC'], /no market "BTCC".*did you mean BTC/),
  'an unknown format': wrong([OWN, '--format', 'xls'], /--format: .*xls.*(known|expected|there are)/i),
  'real series for made-up candles': wrong([SAMPLE, '--provider', 'coinalyze'], /the sample is made up.*sandbox/),
  'a flag that has another name now': wrong(
    ['sandbox', '--quota-units', '60'],
    /unknown option --quota-units: it is called --quota-calls now, its value stays/,
  ),
  'an empty output': wrong([OWN, '--output', ''], /--output: "".*expected not empty/),
  'a sandbox for the whole network': wrong(['sandbox', '--host', '0.0.0.0'], /--host: 0\.0\.0\.0.*use 127\.0\.0\.1/),
  'a port that does not exist': wrong(['sandbox', '--port', '99999'], /"99999" is not understood; expected a whole/),
};

const SETTINGS: Readonly<Record<string, Case>> = {
  'a variable with a slip in it': set({ SCAN_BUDGT: '1m' }, /SCAN_BUDGT; did you mean SCAN_BUDGET\?/),
  'a variable with a wrong value': set({ SCAN_QUOTA_CALLS: 'many' }, /SCAN_QUOTA_CALLS: "many".*whole number/),
  'a base URL without a scheme': set({ COINALYZE_BASE_URL: 'api' }, /COINALYZE_BASE_URL: its value.*https:\/\//),
  'an unencrypted base URL': set({ COINALYZE_BASE_URL: 'http://api.coinalyze.net/v1' }, /an https:\/\/ address/),
  'a password in the base URL': set({ COINALYZE_BASE_URL: `https://u:${KEY}@host/v1` }, /COINALYZE_BASE_URL/),
  'a key with a typographic quote': set({ COINALYZE_API_KEY: `${KEY}\u201d` }, /COINALYZE_API_KEY.*copy it again/),
  'a config file cut off': configured('config-broken', /scan\.config\.json: not valid JSON.*mend it or delete it/),
  'a config file that is a folder': configured(
    'config-folder',
    /scan\.config\.json: cannot be read \(it is a folder\)/,
  ),
  'a config file that is a list': configured('config-list', /the file must be an object/),
  'a config key with a slip in it': configured('config-unknown', /unknown setting "budgt"; did you mean budget\?/),
  'a config value of the wrong type': configured('config-typed', /budget must be text, a number or a list of text/),
  'a config value that is wrong': configured('config-value', /log_level in scan\.config\.json: "loud".*expected error/),
  'a number where a group belongs': configured('config-nested', /quota must be an object/),
  'a key in the config file': configured('config-key', /unknown setting "api_key"; a key goes into COINALYZE_API_KEY/),
  'a .env that is a folder': configured('dotenv-folder', /\.env: cannot be read \(it is a folder\); mend that/),
  'a slip in .env': configured('dotenv-unknown', /SCAN_BUGDET; did you mean SCAN_BUDGET\?/),
  'a variable with an unknown strategy': set({ SCAN_STRATEGY: 'trnd' }, /SCAN_STRATEGY: unknown strategy "trnd"/),
  'a config file with an unknown strategy': configured(
    'config-strategy',
    /strategies in scan\.config\.json: unknown strategy "trnd"/,
  ),
  'no key where one is needed': {
    // Said before anything is read.
    ...set({}, /^scan: provider coinalyze needs a key: set COINALYZE_API_KEY/),
    args: hourly('--provider', 'coinalyze'),
  },
};

const FILES: Readonly<Record<string, Case>> = {
  'an empty folder': { args: [place.path('empty')], code: 4, says: /no candle files were found.*an older one stays/ },
  'a folder without candles': { args: [place.path('text')], code: 4, says: /no candle files were found/ },
  'a file of an unknown type': {
    args: [place.path('text', 'notes.txt')],
    code: 4,
    says: /could be read|were found, e\.g\. .*notes\.txt/,
  },
  'candles cut off': { args: [place.path('broken')], code: 4, says: /none of 1 files could be read.*BTCUSDT_4h\.json/ },
  'a feed that is missing': wrong(
    ['show', place.path('none.json')],
    /none\.json.*no such file.*write a feed|scan data/,
  ),
  'a feed cut off': wrong(['show', place.path('feeds', 'broken.json')], /broken\.json/),
  'a file that is no feed': wrong(['show', place.path('feeds', 'foreign.json')], /foreign\.json/),
  'an output that is a folder': {
    args: hourly('--output', place.path('taken.json')),
    code: 4,
    says: /taken\.json is a folder: name a file.*Nothing was read/,
  },
  'an output that is a link to itself': {
    args: hourly('--output', place.path('circle.json')),
    code: 4,
    says: /circle\.json is a link that leads in a circle: .*Nothing was read/,
  },
  'an output in a file': {
    args: hourly('--output', place.path('own', 'BINANCE_BTCUSDT_1h.json', 'feed.json')),
    code: 4,
    says: /feed\.json|BINANCE_BTCUSDT_1h\.json/,
  },
};

/** Logs of what went before do not count: the error is what an `--quiet` run prints. */
async function failing({
  args,
  env = {},
  cwd,
}: Case): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const quiet = ['show', 'sandbox', 'completion', 'schema', 'help', 'doctor'].includes(args[0]!) ? [] : ['--quiet'];
  return runHere(place, [...quiet, ...args], { env, ...(cwd === undefined ? {} : { cwd: place.path(cwd) }) });
}

describe.each(Object.entries({ WORDS, VALUES, SETTINGS, FILES }))('wrong use: %s', (_, cases) => {
  it.each(Object.entries(cases))('%s', async (_name, one) => {
    const { code, stdout, stderr } = await failing(one);
    expect(stderr).toMatch(one.says);
    expect(code).toBe(one.code);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^(\[ERROR\] )?scan: /);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(stderr).not.toContain(KEY);
  });
});

describe('an upstream that fails', () => {
  const scan = (env: Readonly<Record<string, string>>): ReturnType<typeof runHere> =>
    runHere(place, hourly('--output', place.path('upstream.json'), '--budget', '5s', '--quiet'), {
      env: { COINALYZE_API_KEY: KEY, SCAN_QUOTA_MIN_SPACING_MS: '0', ...env },
    });

  it('refuses the key: the variable and the remedy are named, the key is not', async () => {
    server.play(status(401, {}, { message: `Invalid API key ${KEY}` }));
    const { code, stderr } = await scan({ COINALYZE_BASE_URL: server.url });
    expect(code).toBe(3);
    expect(stderr).toMatch(/the key in COINALYZE_API_KEY was refused, copy it again/);
    expect(stderr).not.toContain(KEY);
  });

  it('refuses the connection: it says so in words', async () => {
    const { code, stderr } = await scan({ COINALYZE_BASE_URL: REFUSING_URL });
    expect(code).toBe(3);
    expect(stderr).toContain('connection refused');
  });

  it('answers 429: one warning tells how long the key is silent', async () => {
    server.play(status(429, { 'retry-after': '1800' }));
    const env = { COINALYZE_API_KEY: `${KEY}-2`, COINALYZE_BASE_URL: server.url, SCAN_QUOTA_MIN_SPACING_MS: '0' };
    const { stderr } = await runHere(place, hourly('--output', place.path('upstream.json'), '--budget', '2s'), { env });
    // Not 429 alone: a time of writing may hold these digits. The last line says once more what degraded the run.
    expect(stderr.match(/^\[WARN\] .*\(429\)/gm)).toHaveLength(1);
    expect(stderr).toMatch(/\[WARN\] .*\(429\): no request for 30 min/);
  });
});

describe('the stack', () => {
  it('comes with the log level debug, by flag or by variable', async () => {
    for (const [args, env] of [
      [[OWN, '--budget', 'soon', '--log-level', 'debug'], {}],
      [[OWN, '--budget', 'soon', '--log-level=debug'], {}],
      [['show', 'none.json'], { SCAN_LOG_LEVEL: 'debug' }],
    ] as const) {
      const { code, stderr } = await runHere(place, args, { env });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^scan: .*\n.*\n +at /);
    }
  });
});

describe('a process of its own', () => {
  const node = (args: readonly string[], redirect: string): ReturnType<typeof runProcess> =>
    runProcess('/bin/sh', ['-c', `"${process.execPath}" "${ROOT}/bin/scan.cjs" ${args.join(' ')} ${redirect}`], ROOT, {
      PATH: '/usr/bin:/bin',
      HOME: place.folder,
      SCAN_CACHE_DIR: place.path('cache'),
    });

  it('says that stdout is full, without a stack', async () => {
    const { code, stderr } = await node(['schema'], '> /dev/full');
    expect(code).toBe(78);
    expect(stderr).toBe('scan: stdout cannot be written (the disk is full); what was printed is incomplete\n');
  });

  it('is not stopped by a log that is full', async () => {
    expect(await node(['schema'], '2> /dev/full > /dev/null')).toMatchObject({ code: 0 });
  });

  it('ends quietly when its reader is gone', async () => {
    expect(await node(['schema'], '| head -1')).toEqual({ code: 0, stdout: '{\n', stderr: '' });
  });

  it('tells a port that is in use', async () => {
    const { port } = listener.address() as AddressInfo;
    const { code, stdout, stderr } = await node(['sandbox', '--port', String(port)], '');
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toBe(`scan: cannot listen on 127.0.0.1:${port} (the port is in use); choose another --port\n`);
  });
});
