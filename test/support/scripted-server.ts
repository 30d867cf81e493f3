import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one request. */
export type Script = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

export interface ScriptedServer {
  readonly url: string;
  /** Every request so far, in order. */
  readonly requests: readonly { readonly url: URL; readonly headers: IncomingMessage['headers'] }[];
  /** The scripts for the next requests; the last one answers all that follow. */
  play(...scripts: readonly Script[]): void;
  close(): Promise<void>;
}

/**
 * Loopback that refuses connections. A port below the ephemeral range: the port of a server that was just closed may belong to
 * another test's server a moment later.
 */
export const REFUSING_URL = 'http://127.0.0.1:2/v1';

/** A real server on loopback that does what the test says, request by request. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const requests: { url: URL; headers: IncomingMessage['headers'] }[] = [];
  let scripts: Script[] = [status(500)];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://loopback');
    requests.push({ url, headers: request.headers });
    const script = scripts.length > 1 ? scripts.shift()! : scripts[0]!;
    script(request, response, url);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    play: (...next) => {
      scripts = [...next];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(body: unknown): Script {
  return (_, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
}

export function text(body: string, contentType = 'application/json', code = 200): Script {
  return (_, response) => response.writeHead(code, { 'content-type': contentType }).end(body);
}

export function status(code: number, headers: Record<string, string> = {}, body: unknown = { message: 'no' }): Script {
  return (_, response) => response.writeHead(code, headers).end(JSON.stringify(body));
}

/** Never answers. */
export const silence: Script = () => undefined;
