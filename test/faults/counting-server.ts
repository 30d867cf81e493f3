import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Arrival {
  /** ms by the monotonic clock of this process. */
  readonly at: number;
  readonly calls: number;
  /** The sender's user agent. */
  readonly from: string;
}

/** A silence asked for: answered with 429 at `at`, for `ms`. */
interface Silence {
  readonly at: number;
  readonly ms: number;
}

export interface CountingServer {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  readonly silences: readonly Silence[];
  close(): Promise<void>;
}

/**
 * Counts what arrives: a call per symbol of the request. Judges nothing, so that what is judged shares no code with what
 * limits. `silence` says, per arrival, how many ms to be left alone for; 0 answers.
 */
export async function startCountingServer(silence: (arrival: number) => number): Promise<CountingServer> {
  const arrivals: Arrival[] = [];
  const silences: Silence[] = [];
  const server = createServer((request, response) => {
    const symbols = new URL(request.url ?? '/', 'http://loopback').searchParams.get('symbols') ?? '';
    const at = performance.now();
    arrivals.push({ at, calls: symbols.split(',').length, from: request.headers['user-agent'] ?? '' });
    const ms = silence(arrivals.length);
    response.setHeader('content-type', 'application/json');
    if (ms === 0) {
      setTimeout(() => response.end('[]'), Math.random() * 15);
      return;
    }
    silences.push({ at, ms });
    response.writeHead(429, { 'retry-after': (ms / 1_000).toFixed(3) }).end('{"message":"Too many requests"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    arrivals,
    silences,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The most calls that any window held. */
export function largestWindow(arrivals: readonly Arrival[], windowMs: number): number {
  const sumFrom = (start: number): number =>
    arrivals.reduce((sum, { at, calls }) => sum + (at >= start && at < start + windowMs ? calls : 0), 0);
  return Math.max(0, ...arrivals.map(({ at }) => sumFrom(at)));
}

/** Arrivals during a silence, but for those that were under way when it was asked for. */
export function brokenSilences(
  { arrivals, silences }: Pick<CountingServer, 'arrivals' | 'silences'>,
  underWayMs: number,
): readonly Arrival[] {
  return arrivals.filter(({ at }) =>
    silences.some((silence) => at > silence.at + underWayMs && at < silence.at + silence.ms),
  );
}
