import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** Listens, then never looks at its connections again. */
const DEAF = `
const { createServer } = require('node:net');
const { parentPort, workerData } = require('node:worker_threads');
const server = createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  setTimeout(() => { Atomics.wait(new Int32Array(workerData), 0, 0); process.exit(); }, 0);
});`;

export interface DeafPort {
  readonly url: string;
  close(): Promise<void>;
}

/** An address where a connection is neither accepted nor refused: the queue of a listener that sleeps is full. */
export async function openDeafPort(): Promise<DeafPort> {
  const lock = new SharedArrayBuffer(4);
  const worker = new Worker(DEAF, { eval: true, workerData: lock });
  const [port] = (await once(worker, 'message')) as [number];
  const fillers = Array.from({ length: 4 }, (): Socket => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    return socket;
  });
  // The kernel answers those that fit in the queue; nobody answers any later one.
  await once(fillers[0]!, 'connect');
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close: async () => {
      for (const socket of fillers) socket.destroy();
      Atomics.store(new Int32Array(lock), 0, 1);
      Atomics.notify(new Int32Array(lock), 0);
      await worker.terminate();
    },
  };
}
