/** The market that a symbol of Coinalyze means: `BTCUSDT_PERP.A` is BINANCE BTCUSDT. */
import type { Market } from '../core/market.ts';
import { COINALYZE_VENUES, venueId } from '../core/venues.ts';
import { marketSymbol, readMarketName } from '../symbols/naming.ts';

export type SymbolReading =
  | { readonly ok: true; readonly market: Market }
  /** Why it is no perpetual that can be named. */
  | { readonly ok: false; readonly detail: string };

/** Venues whose perpetuals end in `_PERP`: all else there is spot or dated. */
const PERP_SUFFIX = new Set(['A', '0', '3', '4', 'F']);
/** Venues that list no perpetuals. */
const SPOT_ONLY = new Set(['B', 'D', 'E', 'G', 'I', 'J', 'L', 'M', 'N', 'P', 'U']);
/** How spot symbols look where perpetuals have no mark of their own. */
const SPOT: Readonly<Record<string, RegExp>> = {
  '6': /^s[A-Z\d]/,
  '7': /^s[A-Z\d]/,
  C: /^(?!.*-PERP$)/,
  K: /^(?!p[fi]_|f[fi]_)/i,
  W: /^SPOT_/,
};
/** @param text the venue's own name, a dot and Coinalyze's code of the venue */
export function readCoinalyzeSymbol(text: string): SymbolReading {
  const dot = text.lastIndexOf('.');
  const code = text.slice(dot + 1);
  const name = text.slice(0, Math.max(0, dot));
  const venue = Object.hasOwn(COINALYZE_VENUES, code) ? COINALYZE_VENUES[code] : undefined;
  if (venue === undefined || name === '') return refused('its exchange is not known: expected one like BTCUSDT_PERP.A');
  const { kind } = readMarketName(venue, name);
  if (kind === 'dated' || kind === 'option')
    return refused(`a dated future of ${venue}, and only perpetual markets are scanned`);
  if (SPOT_ONLY.has(code) || SPOT[code]?.test(name) || (PERP_SUFFIX.has(code) && !name.endsWith('_PERP'))) {
    return refused(`a spot market of ${venue}, and only perpetual markets are scanned`);
  }
  const symbol = marketSymbol(venue, name);
  if (symbol === null || /^\d+$/.test(symbol)) return refused(`its name at ${venue} says no coin`);
  return { ok: true, market: { exchange: venueId(venue), symbol } };
}

function refused(detail: string): SymbolReading {
  return { ok: false, detail };
}
