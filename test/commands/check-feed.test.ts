import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/commands/context.ts';
import { addSchemaCommand } from '../../src/commands/schema.ts';
import { ConfigError } from '../../src/core/config-error.ts';
import { feedText } from '../../src/feed/writer.ts';
import { explainedSignal, feedOf } from '../feed/fixtures.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'perpscan-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function scanSchema(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const stderr = new PassThrough();
  const context: CommandContext = { version: '0', packageRoot: folder, cwd: folder, env: {}, stdout, stderr };
  let code = 0;
  const program = new Command('scan').exitOverride();
  addSchemaCommand(program, context, (given) => {
    code = given;
  });
  await program.parseAsync(['schema', ...args], { from: 'user' });
  return { code, stdout: (stdout.read() as string | null) ?? '' };
}

function written(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text);
  return name;
}

describe('scan schema', () => {
  it('prints the JSON Schema', async () => {
    const { code, stdout } = await scanSchema();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ description: 'perpscan master feed', type: 'object' });
  });
});

describe('scan schema --check', () => {
  it('says in one line that a feed is in order', async () => {
    const file = written('good.json', feedText(feedOf()));
    expect(await scanSchema('--check', file)).toEqual({ code: 0, stdout: 'good.json is in order\n' });
  });

  it('prints one line for each problem and ends with 3', async () => {
    const feed = feedOf({
      signals: [explainedSignal({ score: 73.49, score_bounds: [0, 100] })],
      run: { degraded: true },
    });
    const twice = { ...feed, signals: [{ ...feed.signals[0]!, setup: null }] };
    expect(await scanSchema('--check', written('bad.json', JSON.stringify(twice)))).toEqual({
      code: 3,
      stdout: '.signals[0].setup: null with direction long\n',
    });
    const counted = written(
      'counted.json',
      JSON.stringify({ ...feedOf(), summary: { ...feedOf().summary, markets: 9 } }),
    );
    expect(await scanSchema('--check', counted)).toEqual({
      code: 3,
      stdout: '.summary.markets: 9, but the feed holds 2\n',
    });
  });

  it.each<[string, string, RegExp]>([
    [
      'a feed that is cut',
      feedText(feedOf()).slice(0, 500),
      /^\.: x\.json is not JSON \(.*\): write it anew with: scan .*\n$/,
    ],
    ['an empty file', '', /^\.: x\.json is not JSON \(.*\): write it anew with: scan .*\n$/],
    [
      'a feed of 1.x',
      '{"schema_version":"1.2.0"}',
      /^\.schema_version: x\.json has schema_version 1\.2\.0, older than 2\.0\.0: write it anew/,
    ],
    ['no feed', '[]', /^\.schema_version: x\.json is no perpscan feed/],
  ])('%s does not fit', async (_name, text, lines) => {
    const { code, stdout } = await scanSchema('--check', written('x.json', text));
    expect(code).toBe(3);
    expect(stdout).toMatch(lines);
    expect(stdout.split('\n')).toHaveLength(2);
  });

  it('a name in a feed cannot steer the terminal', async () => {
    const feed = { ...feedOf(), 'evil\u001b[2J\n': 1 };
    const { stdout } = await scanSchema('--check', written('evil.json', JSON.stringify(feed)));
    expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
    expect(stdout.split('\n')).toHaveLength(2);
  });

  it('a file that cannot be read is a wrong use', async () => {
    const failed = scanSchema('--check', 'missing.json');
    await expect(failed).rejects.toThrow('missing.json cannot be read: there is no such file or folder');
    await expect(failed).rejects.toMatchObject({ exitCode: 2 });
    await expect(failed).rejects.toBeInstanceOf(ConfigError);
    await expect(scanSchema('--check', '.')).rejects.toThrow('it is a folder');
  });
});
