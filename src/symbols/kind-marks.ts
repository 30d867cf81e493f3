/** Words around a symbol that say which kind of market it is. Pure. */
import { kindOfWord, marginOfWord, type KindWord, type Margin } from '../core/market-kind.ts';
import { QUOTES, upper } from './ticker.ts';

/** `BTC-USDT-SWAP`, `BTCUSDT.P`, `BTCUSDTSWAP`, `BTC-PERP-INTX`: what says the kind behind a coin and a quote. */
const KIND_BEHIND = /^(.+?)(?:(\.PM?)|(?:[-_]?(PERPETUAL|PERP|SWAP)|[-_]([a-z]+))(?:-INTX)?)$/i;
const KIND_BEFORE = /^([a-z]+)[-_](.+)$/i;

/** A symbol without the words that say its kind. */
export interface Bare {
  readonly text: string;
  readonly kind: KindWord | null;
  readonly margin: Margin | null;
}

/** PERP is a coin as well: in `PERP_USDT` and `PERP_USDT_USDT` the first word is priced in the second. */
function isPricedIn(rest: string): boolean {
  const [quote, settle, more] = upper(rest).split(/[-_:]/);
  return QUOTES.has(quote!) && more === undefined && (settle === undefined || settle === quote || settle === 'PERP');
}

export function withoutKind(symbol: string): Bare {
  let text = symbol;
  let kind: Bare['kind'] = null;
  let margin: Bare['margin'] = null;
  for (;;) {
    const [, before, dot, glued, word] = KIND_BEHIND.exec(text) ?? [];
    const behind = before === undefined ? null : dot === undefined ? kindOfWord(glued ?? word!) : 'perpetual';
    const [, first, rest] = behind === null ? (KIND_BEFORE.exec(text) ?? []) : [];
    const found = behind ?? (first === undefined || isPricedIn(rest!) ? null : kindOfWord(first));
    if (found === null) return { text, kind, margin };
    kind = found === 'option' || found === 'dated' ? found : (kind ?? found);
    margin ??= marginOfWord((behind === null ? first : (glued ?? word)) ?? '');
    text = behind === null ? rest! : before!;
  }
}
