/** Tickers that do not name one coin everywhere. */

export interface AmbiguousTicker {
  /** `known`: two coins were verifiably listed under it. `likely`: from memory of listings, kept out until someone checks. */
  readonly certainty: 'known' | 'likely';
  /** Which coins, and where the claim comes from. */
  readonly reason: string;
}

const known = (reason: string): AmbiguousTicker => ({ certainty: 'known', reason });
const likely = (reason: string): AmbiguousTicker => ({ certainty: 'likely', reason });

/**
 * Such a market gets no other venue's data: a wrong match is worse than none. On its own venue a ticker is not
 * ambiguous. "ccxt" means that ccxt's `commonCurrencies` renames the ticker on the exchange named.
 */
export const AMBIGUOUS_TICKERS: ReadonlyMap<string, AmbiguousTicker> = new Map([
  ['NEIRO', known('First Neiro on Ethereum and Neiro on ETH; Binance had perpetuals of both in 2024 and 2025')],
  ['BROCCOLI', known('several coins named after one dog; Binance tells them apart as BROCCOLI714 and BROCCOLIF3B')],
  ['BOB', known('BOB (Build on BNB) and BOB (Build on Bitcoin), which KuCoin calls BOBBOB')],
  ['LUNA', known('Terra 2.0 since May 2022, before that and still on some exchanges Terra Classic (LUNC)')],
  ['UST', known('TerraUSD before May 2022, now USTC; Bitfinex uses UST for Tether')],
  ['LIT', known('Litentry until early 2025 (now HEI), Lighter since the end of 2025')],
  ['GMT', known('STEPN and GMT Token; ccxt on MEXC')],
  ['GAS', known('Neo GAS and Gas DAO; ccxt on MEXC')],
  ['FLUX', known('Flux and Datamine FLUX change places; ccxt on MEXC')],
  ['BIFI', known('Beefy and Bitcoin File; ccxt on Gate, KuCoin and MEXC')],
  ['ALT', known('AltLayer and AptosLaunch Token; ccxt on KuCoin')],
  ['PROS', known('Prosper and Pros.Finance; ccxt on MEXC')],
  ['HERO', known('Metahero and Step Hero; ccxt on MEXC')],
  ['SOUL', known('Phantasma and Soul Swap; ccxt on MEXC')],
  ['COFI', known('CoinFi and COFIX; ccxt on MEXC')],
  ['GTC', known('Gitcoin and Game.com; ccxt on Gate')],
  ['RAI', known('Rai Reflex Index and RAI Finance; ccxt on Gate')],
  ['MPH', known('88mph and Morpher; ccxt on Gate')],
  ['MM', known('Million and MilliMeter; ccxt on Gate')],
  ['VAI', known('VAIOT and the Venus stablecoin; ccxt on Gate and KuCoin')],
  ['FUD', known("FTX Users' Debt and FUD.finance; ccxt on KuCoin")],
  ['DEFI', likely("Binance's DeFi composite index and De.Fi")],
  ['BEAM', likely('Beam (formerly Merit Circle, BEAMX on Binance) and the Mimblewimble coin')],
  ['CAT', likely("Simon's Cat and other cat coins")],
  ['VELO', likely('Velo and Velodrome (VELODROME on Binance)')],
  ['HOT', likely('Holo and HotNow, Hydro Protocol')],
  ['AGI', likely('Delysium and the former ticker of SingularityNET')],
  ['GPT', likely('QnA3 and CryptoGPT')],
  ['DOG', likely('the Runes coin and The Doge NFT')],
  ['EPIC', likely('Epic Chain (formerly Ethernity) and Epic Cash')],
  ['FRAX', likely('a stablecoin until the end of 2025, then the new ticker of FXS')],
  ['BTT', likely('BitTorrent before and after its 1:1000 redenomination')],
  ['U', likely('Union and United Stables')],
  ['COIN', likely('the share of Coinbase and coins of that ticker')],
  ['SPX', likely('SPX6900 and the S&P 500 index')],
  ['META', likely('MetaDAO and the share of Meta Platforms')],
  ['GME', likely('a memecoin and the share of GameStop')],
  ['AMC', likely('a memecoin and the share of AMC Entertainment')],
]);
