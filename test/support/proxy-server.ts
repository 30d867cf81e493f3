import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface ProxyServer {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** `CONNECT host:port` or `GET http://host/...`, in order, with the credentials that came. */
  readonly asked: readonly { readonly line: string; readonly credentials: string | null; readonly headers: string }[];
  /** Status for every request from now on instead of passing it on; null to pass it on. */
  refuse(status: number | null): void;
  close(): Promise<void>;
}

/** A real proxy on loopback: tunnels for CONNECT, and passes plain requests on. `names` are hosts that only it can find. */
export async function startProxy(names: Readonly<Record<string, number>> = {}): Promise<ProxyServer> {
  const asked: { line: string; credentials: string | null; headers: string }[] = [];
  const sockets = new Set<Socket>();
  let refusal: number | null = null;
  const note = (line: string, { headers }: IncomingMessage): void => {
    const told = headers['proxy-authorization'] ?? null;
    const credentials = told === null ? null : Buffer.from(told.replace('Basic ', ''), 'base64').toString();
    asked.push({ line, credentials, headers: JSON.stringify(headers) });
  };
  const server = createServer((request, response) => {
    note(`${request.method} ${request.url}`, request);
    if (refusal !== null) {
      response.writeHead(refusal).end();
      return;
    }
    const url = new URL(request.url!);
    const port = names[url.hostname] ?? url.port;
    const passed = send(
      { host: '127.0.0.1', port, path: url.pathname + url.search, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    passed.end();
  });
  server.on('connection', (socket) => void sockets.add(socket));
  server.on('connect', (request, socket: Socket) => {
    note(`CONNECT ${request.url}`, request);
    if (refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const beyond = connect(names[hostname] ?? Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      beyond.pipe(socket).pipe(beyond);
    });
    // A socket that is destroyed ends no pipe.
    sockets.add(beyond);
    socket.on('close', () => beyond.destroy());
    for (const end of [beyond, socket]) end.on('error', () => void [beyond, socket].map((one) => one.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    refuse: (status) => {
      refusal = status;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
