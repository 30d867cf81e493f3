import { spawn, type ChildProcess } from 'node:child_process';
import { LAUNCHER, type Workplace } from '../support/cli.ts';
import { refuseLeaks } from '../support/secrets.ts';
import { AS_OF } from './market-folder.ts';

export interface Ended {
  readonly code: number | null;
  /** Set when a signal ended the process before it could answer. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to end. */
  readonly ms: number;
}

export interface ScanProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface ScanSettings {
  /** Of the server that stands for Coinalyze. */
  readonly url: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a scan of the folder `candles` that fetches from `url`, under a quota that is never in the way. */
export function startScan(place: Workplace, { url, args = [], env = {} }: ScanSettings): ScanProcess {
  const begun = performance.now();
  const given = {
    PATH: '/usr/bin:/bin',
    HOME: place.folder,
    COINALYZE_API_KEY: 'CANARY-session-0b7d',
    COINALYZE_BASE_URL: url,
    SCAN_CACHE_DIR: place.path('cache'),
    SCAN_STATE_DIR: place.path('state'),
    SCAN_QUOTA_CALLS: '100000',
    SCAN_QUOTA_MIN_SPACING_MS: '0',
    ...env,
  };
  place.guard(given);
  const child = spawn(process.execPath, [LAUNCHER, 'candles', '--as-of', AS_OF, ...args], {
    cwd: place.folder,
    env: given,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('close', (code, signal) => {
      try {
        refuseLeaks(given, text);
        resolve({ code, signal, ...text, ms: performance.now() - begun });
      } catch (error) {
        reject(error);
      }
    });
  });
  return { child, ended };
}
