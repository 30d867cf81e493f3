import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from '../../src/sandbox/api.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';

/** A request as it came in. */
export interface Asked {
  /** `open-interest-history`, `exchanges` ... */
  readonly path: string;
  readonly symbols: readonly string[];
  /** ms by the monotonic clock of this process. */
  readonly at: number;
}

export interface WorldServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Decides over the requests from now on: each is answered when its promise settles. */
  hold(gate: (asked: Asked) => Promise<unknown>): void;
  /** Starts counting anew. */
  forget(): void;
  close(): Promise<void>;
}

export const NEVER_ANSWERED: Promise<never> = new Promise(() => undefined);

/** The made-up world of the sample over HTTP, without a quota, answering when the test says so. */
export async function startWorldServer(): Promise<WorldServer> {
  const asked: Asked[] = [];
  let gate: (one: Asked) => Promise<unknown> = () => Promise.resolve();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://loopback');
    const one = {
      path: url.pathname.slice('/v1/'.length),
      symbols: url.searchParams.get('symbols')?.split(',') ?? [],
      at: performance.now(),
    };
    asked.push(one);
    const send = (): void => {
      const result = answer(one.path, url.searchParams, SAMPLE_AS_OF);
      response.writeHead(result.ok ? 200 : result.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(result.ok ? result.rows() : { message: result.message }));
    };
    void gate(one).then(send);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    hold: (next) => {
      gate = next;
    },
    forget: () => void asked.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
