import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AS_OF, copyMarkets } from '../faults/market-folder.ts';
import { LAUNCHER, runProcess, workplace, type CliResult } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { MAY_MOUNT, makeReadOnly, mountAlone, mountDisk, unmountDisk } from '../support/small-disk.ts';
import { startScriptedServer, status, type ScriptedServer } from '../support/scripted-server.ts';

const place = workplace();
const folder = place.path('out');
const file = path.join(folder, 'feed.json');
const OLD = '{"schema_version":"old"}\n';
const KEY = 'a-key-of-the-output-tests';
const isRoot = process.getuid?.() === 0;
let server: ScriptedServer;
const mounted: string[] = [];
const frozen: string[] = [];

beforeAll(async () => {
  copyMarkets(place.path('candles'), 3);
  server = await startScriptedServer();
  server.play(status(500));
});
afterEach(() => {
  for (const at of mounted.splice(0)) unmountDisk(at);
  for (const at of frozen.splice(0)) execFileSync('chattr', ['-ia', at]);
  rmSync(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await server.close();
  place.remove();
});

function withOld(): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, OLD);
}

const SCAN = [place.path('candles'), '--as-of', AS_OF, '--quiet', '--deadline', '5s', '--output'];

/** With a key and an upstream that counts what it is sent. */
function scanTo(output: string): Promise<CliResult> {
  const env = { COINALYZE_API_KEY: KEY, COINALYZE_BASE_URL: server.url, SCAN_QUOTA_MIN_SPACING_MS: '0' };
  return runHere(place, [...SCAN, output], { env });
}

/** Ends with 4 and one line that names file and remedy, before anything is sent. */
async function refuses(output: string, says: RegExp): Promise<void> {
  const before = server.requests.length;
  const { code, stdout, stderr } = await scanTo(output);
  expect(stderr).toMatch(says);
  expect(stderr).toMatch(/^\[ERROR\] scan: [^\n]*\n$/);
  expect([code, stdout, server.requests.length - before]).toEqual([4, '', 0]);
}

function freeze(at: string, mark: '+i' | '+a'): boolean {
  try {
    execFileSync('chattr', [mark, at], { stdio: 'ignore' });
    frozen.push(at);
    return true;
  } catch {
    return false;
  }
}

describe('a feed that cannot be replaced ends the run with 4 before the first request', () => {
  it('where nothing hinders it the same run does send', async () => {
    withOld();
    const { code } = await scanTo(file);
    expect(code).toBe(3);
    expect(server.requests.length).toBeGreaterThan(0);
    expect(readFileSync(file, 'utf8')).not.toBe(OLD);
  });

  it('a folder', async () => {
    mkdirSync(file, { recursive: true });
    await refuses(file, /feed\.json is a folder: name a file with --output/);
  });

  it('a file in the place of its folder', async () => {
    withOld();
    await refuses(path.join(file, 'feed.json'), /takes no files .*ENOTDIR/);
  });

  it('a folder that is a link to nothing, such as a disk that is not there', async () => {
    mkdirSync(folder);
    symlinkSync(place.path('no-disk'), path.join(folder, 'disk'));
    await refuses(path.join(folder, 'disk', 'feed.json'), /out\/disk: a link that leads nowhere.*choose another place/);
  });

  it.skipIf(!MAY_MOUNT)('a file that is mounted alone (EBUSY): its folder is to be mounted', async () => {
    withOld();
    writeFileSync(place.path('host file.json'), OLD);
    mountAlone(place.path('host file.json'), file);
    mounted.push(file);
    await refuses(file, /feed\.json is mounted as a single file.*mount the folder/);
    symlinkSync(file, path.join(folder, 'link.json'));
    await refuses(path.join(folder, 'link.json'), /feed\.json is mounted as a single file.*mount the folder/);
    expect(readFileSync(place.path('host file.json'), 'utf8')).toBe(OLD);
  });

  it.skipIf(!MAY_MOUNT)('a folder that a container made of a file that was missing', async () => {
    mkdirSync(file, { recursive: true });
    mkdirSync(place.path('host'), { recursive: true });
    mountAlone(place.path('host'), file);
    mounted.push(file);
    await refuses(file, /feed\.json is a folder: mount the folder that it stands in/);
  });

  it.skipIf(!MAY_MOUNT)('a disk that is read-only (EROFS), also through a link', async () => {
    mountDisk(folder, 64);
    mounted.push(folder);
    writeFileSync(file, OLD);
    makeReadOnly(folder);
    await refuses(file, /takes no files .*EROFS.*choose another place/);
    symlinkSync(file, place.path('outside.json'));
    await refuses(place.path('outside.json'), /takes no files .*EROFS/);
    expect(readFileSync(file, 'utf8')).toBe(OLD);
  });

  it('a file or a folder with the mark that nothing changes it (EPERM)', async ({ skip }) => {
    withOld();
    if (!freeze(file, '+i')) skip('chattr does not work here');
    await refuses(file, /feed\.json is protected against changes \(EPERM\): lift that \(chattr -i/);
    execFileSync('chattr', ['-i', file]);
    freeze(folder, '+i');
    await refuses(file, /takes no files .*EPERM/);
  });

  it('what only the writing itself finds out: a name too long for the temporary file beside it', async () => {
    mkdirSync(folder);
    const long = path.join(folder, `${'x'.repeat(240)}.json`);
    await refuses(long, /could not be written .*ENAMETOOLONG\): choose a shorter name\. Nothing was fetched/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('what only the writing itself finds out: a folder that takes files and replaces none', async ({ skip }) => {
    withOld();
    if (!freeze(folder, '+a')) skip('chattr does not work here');
    await refuses(file, /feed\.json could not be written \(replacing the old one: EPERM\).*Nothing was fetched/);
    expect(readFileSync(file, 'utf8')).toBe(OLD);
  });

  it.skipIf(!isRoot)('a folder or a file of others (as superuser, who becomes nobody)', async () => {
    const asNobody = (output: string): Promise<CliResult> => {
      const become = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
      return runProcess(
        'setpriv',
        [...become, process.execPath, LAUNCHER, ...SCAN, output, '--provider', 'none'],
        '/',
        {
          PATH: '/usr/bin:/bin',
          HOME: '/nonexistent',
          SCAN_CACHE_DIR: place.path('cache-of-nobody'),
        },
      );
    };
    withOld();
    chmodSync(place.folder, 0o755);
    chmodSync(folder, 0o755);
    expect(await asNobody(file)).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/takes no files .*EACCES.*make it writable/) as string,
    });
    chmodSync(folder, 0o1777);
    expect(await asNobody(file)).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/feed\.json belongs to another user.*choose another place/) as string,
    });
    chownSync(file, 65_534, 65_534);
    chmodSync(file, 0o440);
    expect(await asNobody(file)).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(file, 'utf8')).not.toBe(OLD);
    expect(statSync(file).mode & 0o777).toBe(0o440);
  });
});

describe('a file that is no feed', () => {
  it.each([
    ['candles', '[[1700000000000,1,2,0.5,1.5,10]]'],
    ['a table', 'timestamp,open,high,low,close,volume\n'],
    ['settings', '{"timeframe": "1h"}'],
    ['a key', 'COINALYZE_API_KEY=k\n'],
  ])('%s: stays, and nothing is sent', async (_, content) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, content);
    const before = server.requests.length;
    const { code, stderr } = await scanTo(file);
    expect([code, readFileSync(file, 'utf8'), server.requests.length]).toEqual([4, content, before]);
    expect(stderr).toMatch(
      /feed\.json holds something else than a feed, which would be lost: remove it or choose another/,
    );
  });

  it.each(['', ' \n', '\0'.repeat(5_000), '{"schema_version":"2.0.0","last_upd'])(
    'what a crash leaves of a feed is replaced',
    async (content) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, content);
      expect((await runHere(place, [...SCAN, file, '--provider', 'none'])).code).toBe(0);
    },
  );
});

describe('a feed that is replaced', () => {
  const offline = (output: string): Promise<CliResult> => runHere(place, [...SCAN, output, '--provider', 'none']);

  it('keeps its mode; a new one has what the umask leaves', async () => {
    withOld();
    chmodSync(file, 0o664);
    expect((await offline(file)).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o664);
    const scan = [process.execPath, LAUNCHER, ...SCAN, path.join(folder, 'new.json'), '--provider', 'none'];
    const env = { PATH: '/usr/bin:/bin', HOME: place.folder, SCAN_CACHE_DIR: place.path('cache') };
    await runProcess('sh', ['-c', 'umask 027; exec "$0" "$@"', ...scan], place.folder, env);
    expect(statSync(path.join(folder, 'new.json')).mode & 0o777).toBe(0o640);
  });

  it('behind a link that leads to nothing yet stands where the link leads', async () => {
    mkdirSync(path.join(folder, 'public'), { recursive: true });
    symlinkSync(path.join('public', 'feed.json'), file);
    expect((await offline(file)).code).toBe(0);
    expect(readlinkSync(file)).toBe(path.join('public', 'feed.json'));
    expect(readdirSync(path.join(folder, 'public'))).toEqual(['feed.json']);
  });
});
