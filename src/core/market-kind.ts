/** The words that name a kind of market, wherever one may stand: in folders, file names, symbols and names of exchanges. */
import { isKnownVenue } from './venues.ts';

/** What a word says; `option` is no market that is scanned. */
export type KindWord = 'perpetual' | 'spot' | 'option';

/** The only list of them. */
const KIND_WORDS: ReadonlyMap<string, KindWord> = new Map([
  ...'linear inverse um cm usdm usdtm coinm swap swaps perp perps perpetual perpetuals future futures delivery umcbl dmcbl cmcbl'
    .split(' ')
    .map((word) => [word, 'perpetual'] as const),
  ...'spot margin spbl'.split(' ').map((word) => [word, 'spot'] as const),
  ...'option options'.split(' ').map((word) => [word, 'option'] as const),
]);
/** Of those, what says that a contract settles in its coin. */
const INVERSE: ReadonlySet<string> = new Set('inverse cm coinm dmcbl'.split(' '));
const AT_END = new RegExp(`^(.+?)(${[...KIND_WORDS.keys()].sort((a, b) => b.length - a.length).join('|')})$`, 'i');
/** Shorter ones end other names as well, e.g. `ethereum`. */
const TELLING_LENGTH = 4;

/** Null for all other words. */
export function kindOfWord(word: string): KindWord | null {
  return KIND_WORDS.get(word.toLowerCase()) ?? null;
}

export function isInverseWord(word: string): boolean {
  return INVERSE.has(word.toLowerCase());
}

/** `binance_spot`, `okx-swap` and `BinanceFuturesUM` as a venue and kinds. Short words such as UM count where they stand apart or behind a known name. */
export function venueAndKinds(text: string): { readonly venue: string; readonly kinds: readonly string[] } {
  const kinds: string[] = [];
  let venue = text;
  for (;;) {
    const [, before = '', kind = ''] = AT_END.exec(venue) ?? [];
    const rest = before.replace(/[^\p{L}\p{N}]+$/u, '');
    const isApart = rest.length < before.length;
    if (rest === '' || (!isApart && kind.length < TELLING_LENGTH && !isVenueAndKind(rest))) return { venue, kinds };
    kinds.push(kind);
    venue = rest;
  }
}

function isVenueAndKind(text: string): boolean {
  const { venue, kinds } = venueAndKinds(text);
  return isKnownVenue(venue) || kinds.length > 0;
}

/** What the words of `text` say together, e.g. the name of a folder; null where they say nothing, or two things. */
export function kindOfText(text: string): KindWord | null {
  const words = text.replaceAll(/(usd[ts]?|coin)[-_ ]m(?![a-z])/gi, '$1m').split(/[^A-Za-z]+/);
  const said = new Set(words.flatMap((word) => kindOfWord(word) ?? kindBehindVenue(word) ?? []));
  const [kind] = said;
  return said.size === 1 ? kind! : null;
}

function kindBehindVenue(word: string): KindWord | null {
  const { venue, kinds } = venueAndKinds(word);
  return kinds.length > 0 && isKnownVenue(venue) ? kindOfWord(kinds[0]!) : null;
}
