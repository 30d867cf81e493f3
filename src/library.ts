/** What another program calls: a scan as the command line does it, and a feed read back and checked. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import type { Feed } from './core/feed.ts';

/** As the flags of the same names, as typed; settings that are not given come from the environment and the files that scan reads. */
export interface ScanOptions {
  readonly strategy?: string;
  readonly strategyTimeout?: string;
  readonly timeframe?: string;
  readonly provider?: string;
  readonly fetch?: string;
  readonly top?: string;
  readonly minScore?: string;
  readonly budget?: string;
  readonly deadline?: string;
  readonly symbol?: string;
  readonly exchange?: string;
  readonly exclude?: string;
  readonly format?: string;
  readonly limit?: string;
  readonly asOf?: string;
  readonly detail?: string;
  /** Without it no file is written. */
  readonly output?: string;
}

/**
 * The feed of a scan of folders or candle files, also when it is degraded: `run.degraded` says so. Nothing is printed.
 * @throws Error with what the command line would have said, when there is no feed
 */
export async function scan(paths: string | readonly string[], options: ScanOptions = {}): Promise<Feed> {
  const { run } = await import('./commands/run-scan.ts');
  const [stdout, stderr] = [collector(), collector()];
  const packageRoot = path.join(import.meta.dirname, '..');
  const { version } = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const context = { version, packageRoot, cwd: process.cwd(), env: process.env, stdout, stderr };
  const flags = { ...options, json: true, quiet: true, progress: false, allowDegraded: true, isLibrary: true } as const;
  await run(typeof paths === 'string' ? [paths] : paths, flags, context, () => undefined);
  if (stdout.text() === '') throw new Error(stderr.text().trim());
  return JSON.parse(stdout.text()) as Feed;
}

/** @throws Error with one sentence when the file is no feed that this version reads */
export async function readFeed(file: string): Promise<Feed> {
  const { parseFeed } = await import('./feed/parse.ts');
  const parsed = parseFeed(readFileSync(file, 'utf8'), file);
  if (parsed.ok) return parsed.feed;
  throw new Error(parsed.detail);
}

function collector(): Writable & { readonly text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  return Object.assign(stream, { text: () => chunks.join('') });
}
