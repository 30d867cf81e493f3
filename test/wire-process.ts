/** Opens an upstream on the cache in a folder, looks at keys and, when told to, asks for them; prints which modules that loaded. */
import { registerHooks } from 'node:module';

const loaded: string[] = [];
registerHooks({
  load: (url, context, next) => {
    loaded.push(url);
    return next(url, context);
  },
});
const { openUpstream } = await import('../src/wire.ts');
const { keysOf, optionsFor } = await import('./wire-options.ts');

const [folder, mode] = process.argv.slice(2);
const upstream = openUpstream('sandbox', optionsFor(folder!, []));
const states = (await upstream.peek(keysOf())).map(({ state }) => state);
// The quota is looked at before anything is sent.
upstream.canSend(20, performance.now());
if (mode === 'fetch') {
  for (const offer of upstream.offers(keysOf())) await upstream.fetch(offer, new AbortController().signal);
}
const spent = upstream.spent();
await upstream.close();
process.stdout.write(JSON.stringify({ states: [...new Set(states)], spent, loaded }));
