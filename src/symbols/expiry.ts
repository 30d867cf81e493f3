/** When a contract ends, told by its name. Pure. */

export interface Ending {
  readonly kind: 'dated' | 'option';
  /** As it is written, upper case. */
  readonly expiry: string;
  /** The name without it. */
  readonly rest: string;
}

const DAY = String.raw`\d{6}|20\d{6}|\d{1,2}[A-Z]{3}\d{2}`;
/** `BTC-27DEC24-60000-C`. */
const OPTION = new RegExp(`^(.+?)[-_](${DAY})[-_][\\dd.]+[-_][CP]$`, 'i');
/** `BTCUSDT_240628`, `BTC-27DEC24`, `BTC/USDT:USDT-241227`; HTX's `BTC-USDT-CW` and `BTC_CQ`; `BTCUSDT_CURRENT_QUARTER`. */
const DATED = new RegExp(`^(.+?)[-_](${DAY}|[CN][WQ]|(?:(?:CURRENT|THIS|NEXT|BI)[-_]?)?QUARTER(?:LY)?)$`, 'i');
/** `XBTUSDTZ24` and TradingView's `BTCUSDZ2024`: a month's letter and a year; `BTCUSDT241227`. */
const MONTH = /^(.+USD[TC]?)((?:\d{1,2})?[FGHJKMNQUVXZ](?:20)?\d{2}|2\d[01]\d[0-3]\d|202\d[01]\d[0-3]\d)$/i;
/** BitMEX's `XBTZ24` and KuCoin's `XBTMZ24`. */
const COIN_AND_MONTH = /^([A-Z]+?)(M?[FGHJKMNQUVXZ]\d{2})$/i;

/** Null for a name that says no end. */
export function expiryOf(exchange: string, symbol: string): Ending | null {
  const option = OPTION.exec(symbol);
  if (option !== null) return { kind: 'option', expiry: option[2]!.toUpperCase(), rest: option[1]! };
  const dated = DATED.exec(symbol) ?? MONTH.exec(symbol);
  if (dated !== null) return { kind: 'dated', expiry: dated[2]!.toUpperCase(), rest: dated[1]! };
  // Kraken's fixed maturities, should the day be missing.
  if (exchange === 'KRAKEN' && /^F[FI][_-]/i.test(symbol)) return { kind: 'dated', expiry: '', rest: symbol };
  const coin = exchange === 'BITMEX' || exchange === 'KUCOIN' ? COIN_AND_MONTH.exec(symbol) : null;
  return coin === null ? null : { kind: 'dated', expiry: coin[2]!.toUpperCase(), rest: `${coin[1]}USD` };
}
