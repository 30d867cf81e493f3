/** What neither a file's name nor its folder says, with the flag that says it. */
import { failed, type Failure } from './bytes.ts';
import type { FileName } from './names.ts';

const EXAMPLE = 'or call it e.g. BINANCE_BTCUSDT_4h';

/** For a file whose candles are sound but of no known market. */
export function missingParts(
  named: Pick<FileName, 'exchange' | 'symbol'>,
  given: { readonly exchange: string | null; readonly alone?: Pick<FileName, 'symbol'> },
): Failure {
  const exchange = named.exchange ?? given.exchange;
  const symbol = named.symbol ?? given.alone?.symbol ?? null;
  const missing = [...(exchange === null ? ['exchange'] : []), ...(symbol === null ? ['symbol'] : [])];
  const remedy =
    symbol !== null
      ? 'add --exchange, e.g. --exchange BINANCE'
      : `scan it alone with ${exchange === null ? '--exchange BINANCE ' : ''}--symbol BTCUSDT, ${EXAMPLE}`;
  return failed('unknown-name', `neither its name nor its folder says the ${missing.join(' and the ')}: ${remedy}`);
}
