import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface RawRequest {
  /** The first line, e.g. `GET /v1/exchanges HTTP/1.1`. */
  readonly line: string;
  /** Everything up to the empty line. */
  readonly head: string;
  readonly url: URL;
}

/** Answers one request with whatever bytes it likes, or with none. */
export type RawScript = (socket: Socket, request: RawRequest) => void;

export interface RawServer {
  readonly url: string;
  /** Every request so far, in order. */
  readonly requests: readonly RawRequest[];
  /** The scripts for the next requests; the last one answers all that follow. */
  play(...scripts: readonly RawScript[]): void;
  close(): Promise<void>;
}

/** Loopback below HTTP: for answers that no HTTP library would let through. With a certificate it speaks TLS. */
export async function startRawServer(tls?: { readonly key: string; readonly cert: string }): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  let scripts: RawScript[] = [];
  const serve = (socket: Socket): void => {
    let received = '';
    sockets.add(socket);
    // Else the second part of an answer waits 40 ms for the first to be acknowledged.
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    // The other side hangs up where it has seen enough.
    socket.on('error', () => socket.destroy());
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      received += chunk;
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = received.slice(0, end);
      received = received.slice(end + 4);
      const line = head.split('\r\n')[0]!;
      const request = { head, line, url: new URL(line.split(' ')[1] ?? '/', 'http://loopback') };
      requests.push(request);
      const script = scripts.length > 1 ? scripts.shift() : scripts[0];
      script?.(socket, request);
    });
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    play: (...next) => {
      scripts = [...next];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A whole answer, with the length that it says. */
export function answer(
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): RawScript {
  const bytes = Buffer.from(body);
  return (socket) => {
    socket.write(head(status, { 'content-length': String(bytes.length), ...headers }));
    socket.write(bytes);
  };
}

export function head(status: number, headers: Readonly<Record<string, string>> = {}): string {
  const all = { 'content-type': 'application/json', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n`;
}
