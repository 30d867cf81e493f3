import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProcess, workplace, type CliResult } from '../support/cli.ts';
import { candlesUntil } from '../support/old-candles.ts';
import { ROOT, SAMPLE } from '../support/places.ts';

const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const block = /```cron\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
const place = workplace();
const SCHEDULE = /^(\S+) (\S+) (\S+) (\S+) (\S+) (.*)$/m;

beforeAll(() => {
  mkdirSync(place.path('srv'));
});
afterAll(() => place.remove());

/** The README's line as cron runs it: its variables, an environment of almost nothing, and sh. */
function asCron(candles: string): Promise<CliResult> {
  const here = (text: string): string =>
    text
      .replaceAll('/opt/perpscan', ROOT)
      .replaceAll('/srv/perpscan', place.path('srv'))
      .replaceAll('/srv/candles', candles);
  const variables = [...block.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => `${name!}=${here(value!)}`);
  const command = here(SCHEDULE.exec(block)![6]!).replaceAll(String.raw`\%`, '%');
  const env = ['-i', 'PATH=/usr/bin:/bin', `HOME=${place.folder}`, ...variables, '/bin/sh', '-c', command];
  return runProcess('/usr/bin/env', env, '/', {});
}

describe('the crontab line of the README', () => {
  it('runs some minutes past the hour, every 15 minutes, and has no bare percent sign', () => {
    const [, minutes, ...rest] = SCHEDULE.exec(block)!;
    const times = minutes!.split(',').map(Number);
    expect(times[0]).toBeGreaterThanOrEqual(4);
    expect(times.map((time) => time - times[0]!)).toEqual([0, 15, 30, 45]);
    expect(rest.slice(0, 4)).toEqual(['*', '*', '*', '*']);
    expect(block).not.toMatch(/[^\\]%/);
    expect(block).toMatch(/^MAILTO=/m);
  });

  it('writes feed and log under an almost empty environment, and gives cron nothing to mail', async () => {
    expect(await asCron(SAMPLE)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(place.path('srv', 'master_feed.json'))).toBe(true);
    expect(readFileSync(place.path('srv', 'scan.log'), 'utf8')).toContain('[SUCCESS] Saved');
  });

  it('mails the reason when it fails, and leaves the old feed alone', async () => {
    rmSync(place.path('srv', 'scan.log'), { force: true });
    const { stdout } = await asCron(place.path('no-such-folder'));
    expect(stdout).toMatch(/^scan: no such file or folder: .*no-such-folder/);
  });
});

describe('the crontab line, when candles died', () => {
  it('mails their age, and not that the feed is of today', async () => {
    mkdirSync(place.path('dead'));
    writeFileSync(place.path('dead', 'BINANCE_BTCUSDT_4h.json'), candlesUntil(Date.UTC(2025, 2, 1, 4)));
    const { code, stdout } = await asCron(place.path('dead'));
    // What tail answers with.
    expect(code).toBe(0);
    expect(stdout).toMatch(/degraded: 1 of 1 markets .* closed at 2025-03-01 04:00 UTC, \d+ d.* before the scan/);
  });
});

describe('the units for systemd', () => {
  const commandLine = readFileSync(path.join(ROOT, 'src', 'commands', 'README.md'), 'utf8');
  const units = [...commandLine.matchAll(/```ini\n([\s\S]*?)```/g)].map((match) => match[1]!);

  it('run the same command as cron, as a user, with the key from a file, and count a degraded feed as success', () => {
    const [service, timer] = units;
    const command = SCHEDULE.exec(block)![6]!.split(' >> ')[0]!;
    expect(service).toContain(`ExecStart=${command}\n`);
    for (const setting of [
      'User=',
      'WorkingDirectory=',
      'LoadCredential=coinalyze_api_key:/etc/perpscan.key$',
      'Environment=COINALYZE_API_KEY_FILE=%d/coinalyze_api_key$',
      'TimeoutStartSec=',
      'SuccessExitStatus=3 ',
      'StateDirectory=perpscan$',
      'Environment=SCAN_STATE_DIR=%S/perpscan$',
    ]) {
      expect(service).toMatch(new RegExp(`^${setting}`, 'm'));
    }
    expect(timer).toMatch(/^OnCalendar=\*:04\/15\nPersistent=true$/m);
  });
});
