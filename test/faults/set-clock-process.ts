/**
 * Loaded before a program: its wall clock is off by `PERPSCAN_CLOCK_OFF` ms from the start, and set by another
 * `PERPSCAN_CLOCK_STEP` ms at each SIGUSR2. Clocks that nobody can set go on as they are.
 */
const numberOf = (name: string): number => Number(process.env[name] ?? 0);
const real = Date;
const realNow = Date.now.bind(Date);
let off = numberOf('PERPSCAN_CLOCK_OFF');

const now = (): number => realNow() + off;
globalThis.Date = new Proxy(real, {
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [now()] : args, made) as Date,
  get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
});
process.on('SIGUSR2', () => {
  off += numberOf('PERPSCAN_CLOCK_STEP');
});
