/** The words that name a kind of market, wherever one may stand: in folders, file names, symbols and names of exchanges. */
import { isKnownVenue } from './venues.ts';

/** What a word says; `dated` and `option` are no markets that are scanned. */
export type KindWord = 'perpetual' | 'spot' | 'dated' | 'option';

/** The only list of them. */
const KIND_WORDS: ReadonlyMap<string, KindWord> = new Map([
  ...'linear inverse um cm usdm usdtm usdcm usdsm coinm swap swaps perp perps perpetual perpetuals future futures contract contracts derivative derivatives delivery umcbl dmcbl cmcbl'
    .split(' ')
    .map((word) => [word, 'perpetual'] as const),
  ...'spot margin spbl'.split(' ').map((word) => [word, 'spot'] as const),
  ...'dated quarter quarters quarterly biquarter biquarterly'.split(' ').map((word) => [word, 'dated'] as const),
  ...'option options'.split(' ').map((word) => [word, 'option'] as const),
]);
/** Of those, what says that a contract settles in its coin. */
const INVERSE: ReadonlySet<string> = new Set('inverse cm coinm dmcbl'.split(' '));
/** And that it settles in what it is priced in. */
const LINEAR: ReadonlySet<string> = new Set('linear um usdm usdtm usdcm usdsm umcbl'.split(' '));
const AT_END = new RegExp(`^(.+?)(${[...KIND_WORDS.keys()].sort((a, b) => b.length - a.length).join('|')})$`, 'i');
/** Shorter ones end other names as well, e.g. `ethereum`. */
const TELLING_LENGTH = 4;

/** Null for all other words. */
export function kindOfWord(word: string): KindWord | null {
  return KIND_WORDS.get(word.toLowerCase()) ?? null;
}

/** What contracts settle in: their coin, or what they are priced in. */
export type Margin = 'coin' | 'quote';

/** Null for words that do not say. */
export function marginOfWord(word: string): Margin | null {
  const lower = word.toLowerCase();
  return INVERSE.has(lower) ? 'coin' : LINEAR.has(lower) ? 'quote' : null;
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
  const said = new Set(kindsIn(text).map(kindOfWord));
  // `futures_quarterly`
  if (said.has('dated')) said.delete('perpetual');
  const [kind = null] = said;
  return said.size === 1 ? kind : null;
}

/** As `marginOfWord`, of the first word that says so. */
export function marginOfText(text: string): Margin | null {
  return marginOfWords(kindsIn(text));
}

export function marginOfWords(words: readonly string[]): Margin | null {
  return words.map(marginOfWord).find((margin) => margin !== null) ?? null;
}

/** The words of kinds, also those behind a venue; `coin-m`, `USDT margined` and the like are one word. */
function kindsIn(text: string): readonly string[] {
  const words = text.replaceAll(/(usd[tsc]?|coin)[-_ ]?m(?:argin(?:ed)?)?(?![a-z])/gi, '$1m').split(/[^A-Za-z]+/);
  return words.flatMap((word) => {
    if (kindOfWord(word) !== null) return [word];
    const { venue, kinds } = venueAndKinds(word);
    return isKnownVenue(venue) ? kinds : [];
  });
}
