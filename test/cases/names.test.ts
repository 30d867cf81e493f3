/** What market a file is of, through the whole program: public reports as small folders, and every other member of their kinds. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { workplace } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { sharedPath } from '../support/shared.ts';

const place = workplace();
afterAll(() => place.remove());

const AS_OF = '2026-08-31T00:10:00Z';
const FOUR_HOURS = 4 * 3_600_000;
/** The last of the six closes at 2026-08-31T00:00Z. */
const FIRST = Date.UTC(2026, 7, 30);
let runs = 0;
let folders = 0;

/** Six 4h candles in CSV whose last close is `price`. */
function candles(price: number, columns: Readonly<Record<string, string>> = {}): string {
  const names = Object.keys(columns);
  const values = Object.values(columns);
  const lines = Array.from({ length: 6 }, (_, i) => {
    const close = price - 5 + i;
    return [FIRST + i * FOUR_HOURS, close - 1, close + 1, close - 3, close, 10, ...values].join(',');
  });
  return [['time', 'open', 'high', 'low', 'close', 'volume', ...names].join(','), ...lines, ''].join('\n');
}

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = place.path(`in-${folders++}`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

interface Scanned {
  readonly feed: Feed | null;
  /** `EXCHANGE unified price` of each market. */
  readonly markets: readonly string[];
  readonly stderr: string;
}

async function scan(paths: string | readonly string[], flags: readonly string[] = []): Promise<Scanned> {
  const output = place.path(`feed-${runs++}.json`);
  const given = [paths].flat();
  const args = ['run', ...given, '--provider', 'none', '--as-of', AS_OF, '--output', output, ...flags];
  const { stderr } = await runHere(place, args);
  const feed = existsSync(output) ? (JSON.parse(readFileSync(output, 'utf8')) as Feed) : null;
  const markets = (feed?.markets ?? []).map((row) => `${row.exchange} ${row.unified_symbol} ${row.price}`);
  return { feed, markets, stderr };
}

const scanFiles = (files: Readonly<Record<string, string>>, flags: readonly string[] = []) =>
  scan(folderWith(files), flags);

interface Case {
  readonly case: string;
  readonly timeframe?: string;
  readonly as_of?: string;
  readonly price?: number | null;
  readonly markets?: number;
  readonly unified?: readonly string[];
  readonly unified_not?: string;
  readonly exchange?: string;
  readonly symbol_contains?: string;
}

const SHARED = sharedPath('cases', 'candles');
const OWN = new Set(
  'perp-beside-spot kind-folders rows-of-another-market hip3-equity exchange-own-names tradingview-export'.split(' '),
);
const CASES = existsSync(SHARED)
  ? (JSON.parse(readFileSync(path.join(SHARED, 'cases.json'), 'utf8')) as { readonly cases: readonly Case[] }).cases
  : [];

describe.skipIf(CASES.length === 0)('inputs of public reports', () => {
  test.each(CASES.filter((one) => OWN.has(one.case)).map((one) => [one.case, one] as const))('%s', async (_, one) => {
    const { feed } = await scan(path.join(SHARED, one.case), ['--timeframe', one.timeframe ?? '4h']);
    const rows = feed?.markets ?? [];
    if (one.price === null) expect(rows.map(({ price }) => price)).toEqual(rows.map(() => null));
    else if (one.price !== undefined) expect(rows.map(({ price }) => price)).toEqual([one.price]);
    if (one.markets !== undefined) expect(rows).toHaveLength(one.markets);
    if (one.unified !== undefined)
      expect(rows.map((row) => String(row.unified_symbol)).sort()).toEqual([...one.unified].sort());
    if (one.unified_not !== undefined) expect(rows[0]!.unified_symbol).not.toBe(one.unified_not);
    if (one.exchange !== undefined) expect(rows[0]!.exchange).toBe(one.exchange);
    if (one.symbol_contains !== undefined) expect(rows[0]!.symbol).toContain(one.symbol_contains);
  });

  test('all six were there', () => {
    expect(CASES.filter((one) => OWN.has(one.case))).toHaveLength(6);
  });
});

/** Prices near enough to be of one coin: only names tell such files apart. */
const [PERP, SPOT] = [candles(106), candles(106.2)];

describe('a spot file is never merged into the perpetual of its coin', () => {
  test.each([
    ['OKX_BTC-USDT-SWAP_4h.csv', 'OKX_BTC-USDT_4h.csv'],
    ['OKX_BTC-USDT-SWAP_4h.csv', 'OKX_BTCUSDT_4h.csv'],
    ['BYBIT_BTC_USDT_USDT_4h.csv', 'BYBIT_BTC_USDT_4h.csv'],
    ['BINANCE_BTCUSDT_PERP_4h.csv', 'BINANCE_BTCUSDT_4h.csv'],
    ['BINANCE_BTCUSD_PERP_4h.csv', 'BINANCE_BTCUSD_4h.csv'],
    ['BINANCE_BTCUSDT.P_4h.csv', 'BINANCE_BTCUSDT_4h.csv'],
    ['BINANCE_BTCUSDT.P, 240_1a2b3.csv', 'BINANCE_BTCUSDT, 240_9f8e7.csv'],
    ['BITGET_BTCUSDT_UMCBL_4h.csv', 'BITGET_BTCUSDT_SPBL_4h.csv'],
    ['BITGET_BTCUSDT_UMCBL_4h.csv', 'BITGET_BTCUSDT_4h.csv'],
    ['KUCOIN_XBTUSDTM_4h.csv', 'KUCOIN_BTC-USDT_4h.csv'],
    ['KUCOIN_XBTUSDTM_4h.csv', 'KUCOIN_BTCUSDT_4h.csv'],
    ['WOO_PERP_BTC_USDT_4h.csv', 'WOO_SPOT_BTC_USDT_4h.csv'],
    ['WOO_PERP_BTC_USDT_4h.csv', 'WOO_BTC_USDT_4h.csv'],
    ['KRAKEN_PF_XBTUSD_4h.csv', 'KRAKEN_XBTUSD_4h.csv'],
    ['KRAKEN_PI_XBTUSD_4h.csv', 'kraken/spot/XBTUSD_4h.csv'],
    ['PARADEX_BTC_USD_USDC_4h.csv', 'PARADEX_SPOT_BTC_USD_4h.csv'],
    ['BITFINEX_tBTCF0:USTF0_4h.csv', 'BITFINEX_tBTCUST_4h.csv'],
    ['PHEMEX_BTCUSDT_4h.csv', 'PHEMEX_sBTCUSDT_4h.csv'],
    ['binance_futures/BTCUSDT_4h.csv', 'binance/BTCUSDT_4h.csv'],
    ['binanceusdm/BTCUSDT_4h.csv', 'binance/BTCUSDT_4h.csv'],
    ['binance_perpetual_BTC-USDT_4h.csv', 'binance_BTC-USDT_4h.csv'],
    ['bybit/linear/BTCUSDT_4h.csv', 'bybit/spot/BTCUSDT_4h.csv'],
    ['okx/swap/BTC-USDT_4h.csv', 'okx/margin/BTC-USDT_4h.csv'],
    ['perps/BINANCE_BTCUSDT_4h.csv', 'BINANCE_BTCUSDT_4h.csv'],
    ['futures/OKX_BTC-USDT-SWAP_4h.csv', 'futures/OKX_BTC-USDT_4h.csv'],
    ['BTCUSDT_Binance_futures_UM_4h.csv', 'Binance_BTCUSDT_4h.csv'],
    ['binance/futures/BTC_USDT_USDT-4h-futures.csv', 'binance/BTC_USDT-4h.csv'],
  ])('%s beside %s', async (perpetual, spot) => {
    const { feed } = await scanFiles({ [perpetual]: PERP, [spot]: SPOT });
    expect(feed!.markets.map(({ price }) => price)).toEqual([106]);
    expect(feed!.markets[0]!.unified_symbol).toContain(':');
    expect(feed!.summary.files_skipped).toMatchObject([{ file: spot, detail: expect.stringContaining('spot') }]);
  });

  test('it stands for the pair where there is no perpetual, under a name of its own', async () => {
    const { feed, markets } = await scanFiles({ 'bybit/spot/BTCUSDT_4h.csv': SPOT });
    expect(markets).toEqual(['BYBIT BTC/USDT 106.2']);
    expect(feed!.signals[0]!.id).toContain('BYBIT:BTCUSDT:spot:4h:');
  });
});

describe('perpetuals of one coin that settle in different coins stand apart', () => {
  test.each([
    ['KRAKEN_PF_XBTUSD_4h.csv', 'KRAKEN_PI_XBTUSD_4h.csv', ['BTC/USD:BTC', 'BTC/USD:USD']],
    ['kraken/linear/XBTUSD_4h.csv', 'kraken/inverse/XBTUSD_4h.csv', ['BTC/USD:BTC', 'BTC/USD:USD']],
    ['KRAKEN_BTC_USD_USD_4h.csv', 'KRAKEN_BTC_USD_BTC_4h.csv', ['BTC/USD:BTC', 'BTC/USD:USD']],
    ['PARADEX_BTC_USD_USDC_4h.csv', 'PARADEX_BTC-USD-PERP_4h.csv', ['BTC/USD:USD', 'BTC/USD:USDC']],
    ['um/BINANCE_BTCUSDT_4h.csv', 'cm/BINANCE_BTCUSD_PERP_4h.csv', ['BTC/USD:BTC', 'BTC/USDT:USDT']],
    ['OKX_BTC-USD_UM-SWAP_4h.csv', 'OKX_BTC-USD-SWAP_4h.csv', ['BTC/USD:BTC', 'BTC/USD:USD']],
    ['KRAKEN_XBTUSD_INVERSE_4h.csv', 'KRAKEN_PF_XBTUSD_4h.csv', ['BTC/USD:BTC', 'BTC/USD:USD']],
    ['kraken/coin-m/XBTUSD_4h.csv', 'kraken/usd-m/XBTUSD_4h.csv', ['BTC/USD:BTC', 'BTC/USD:USD']],
    ['krakencoinm/XBTUSD_4h.csv', 'KRAKEN_XBTUSD_4h.csv', ['BTC/USD:BTC', 'BTC/USD:USD']],
    ['BYBIT_BTCPERP_4h.csv', 'BYBIT_BTCUSDT_4h.csv', ['BTC/USDC:USDC', 'BTC/USDT:USDT']],
    ['HYPERLIQUID_HYNA-BTC_USDE_USDE_4h.csv', 'HYPERLIQUID_BTC_4h.csv', ['BTC/USDC:USDC', 'HYNA-BTC/USDE:USDE']],
  ])('%s and %s', async (one, other, unified) => {
    const { feed } = await scanFiles({ [one]: PERP, [other]: candles(120) });
    expect(feed!.markets.map((row) => String(row.unified_symbol)).sort()).toEqual(unified);
    expect(new Set(feed!.signals.map(({ id }) => id)).size).toBe(feed!.signals.length);
  });
});

describe('what stands beside a market in a folder or a name is not read as it', () => {
  test.each([
    ['binance/BTCUSDT_240628/BTCUSDT_4h.csv', 'its name says BTCUSDT but its folder BTCUSDT_240628'],
    ['binance/ETHUSDT/BTCUSDT_4h.csv', 'its folder ETHUSDT'],
    ['hyperliquid/xyz/BTC_4h.csv', 'its folder xyz'],
    ['binance/quarterly/BTCUSDT_4h.csv', 'dated future'],
    ['binance/current_quarter/BTCUSDT_4h.csv', 'dated future'],
    ['futures-quarterly/BINANCE_BTCUSDT_4h.csv', 'dated future'],
    ['BINANCE_BTCUSDT_quarterly_4h.csv', 'dated future'],
    ['huobi/BTC_CQ_4h.csv', 'dated future'],
    ['deribit/BTC_27DEC24_4h.csv', 'dated future'],
    ['BTC_240628_4h.csv', 'dated future'],
    ['OKX_BTCUSDT241227_4h.csv', 'dated future'],
    ['hyperliquid/data/4h.csv', 'says the symbol'],
  ])('%s is refused', async (name, why) => {
    const { feed, stderr } = await scanFiles({ [name]: PERP });
    expect(feed).toBeNull();
    expect(stderr).toContain(why);
  });

  test.each([
    ['binance/data/2024/01/BTCUSDT_4h.csv', 'BINANCE BTC/USDT:USDT 106'],
    ['hyperliquid/my data/BTC_4h.csv', 'HYPERLIQUID BTC/USDC:USDC 106'],
    ['binance/BTCUSDT/BTC_USDT_USDT-4h-futures.csv', 'BINANCE BTC/USDT:USDT 106'],
    ['hyperliquid/mine/HYPERLIQUID_BTC_4h.csv', 'HYPERLIQUID BTC/USDC:USDC 106'],
    ['bitget/USDC-FUTURES/BTCUSDC_4h.csv', 'BITGET BTC/USDC:USDC 106'],
    ['mexc/contract/BTC_USDT_4h.csv', 'MEXC BTC/USDT:USDT 106'],
    ['binance/coin-margined/BTCUSD_4h.csv', 'BINANCE BTC/USD:BTC 106'],
    ['crypto_com_BTCUSD-PERP_4h.csv', 'CRYPTOCOM BTC/USD:USD 106'],
    ['crypto-com-derivatives/BTCUSD-PERP_4h.csv', 'CRYPTOCOM BTC/USD:USD 106'],
    ['GATE_IO_USDT_4h.csv', 'GATE IO/USDT:USDT 106'],
    ['binance-US-USDT-4h.csv', 'BINANCE US/USDT:USDT 106'],
    ['binance_us_ETH_USDT_4h.csv', 'BINANCEUS ETH/USDT:USDT 106'],
    ['KUCOIN_BTC-USDTM_4h.csv', 'KUCOIN BTC/USDT:USDT 106'],
    ['XBTUSDTM_Kucoin_futures_data_4h.csv', 'KUCOIN BTC/USDT:USDT 106'],
    ['BTC-PERPETUAL_Deribit_4h.csv', 'DERIBIT BTC/USD:BTC 106'],
    ['PF_XBTUSD_Kraken_4h.csv', 'KRAKEN BTC/USD:USD 106'],
    ['kPEPE_Hyperliquid_4h.csv', 'HYPERLIQUID 1000PEPE/USDC:USDC 106'],
    ['BTC-PERP_Coinbase_4h.csv', 'COINBASE BTC/USDC:USDC 106'],
    ['tBTCF0:USTF0_Bitfinex_4h.csv', 'BITFINEX BTC/USDT:USDT 106'],
    ['xyz:TSLA_Hyperliquid_4h.csv', 'HYPERLIQUID XYZ-TSLA/USDC:USDC 106'],
    ['candles_hyperliquid_perpetual_XYZ:TSLA-USD_4h.csv', 'HYPERLIQUID XYZ-TSLA/USDC:USDC 106'],
    ['HYPERLIQUID_hyna:BTC-USDE_4h.csv', 'HYPERLIQUID HYNA-BTC/USDE:USDE 106'],
    ['HYPERLIQUID_BTCUSDC:USDC_4h.csv', 'HYPERLIQUID BTC/USDC:USDC 106'],
  ])('%s is %s', async (name, market) => {
    expect((await scanFiles({ [name]: PERP })).markets).toEqual([market]);
  });
});

test('two names of one exchange are one exchange', async () => {
  const { feed } = await scanFiles({
    'gate/BTC_USDT_4h.csv': PERP,
    'GATEIO_ETH_USDT_4h.csv': PERP,
    'gateio/BTC_USDT_1h.csv': PERP,
  });
  expect(feed!.markets.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'ETHUSDT']);
  const one = await scanFiles({ 'okex/BTC-USDT-SWAP_4h.csv': PERP }, ['--exchange', 'okx']);
  expect(one.markets).toEqual(['OKEX BTC/USDT:USDT 106']);
});

describe('files whose kinds nobody tells', () => {
  test('they are one market where their prices agree', async () => {
    const { feed } = await scanFiles({ 'a/BINANCE_BTCUSDT_4h.csv': PERP, 'b/BINANCE_BTCUSDT_4h.csv': SPOT });
    expect(feed!.markets).toHaveLength(1);
    expect(feed!.summary.files_skipped).toEqual([]);
  });

  test.each([['BINANCE_BTC-USDT_4h.csv'], ['b/BINANCE_BTCUSDT_4h.csv']])(
    'BINANCE_BTCUSDT_4h.csv and %s are refused by name where they do not',
    async (other) => {
      const { feed } = await scanFiles({
        'BINANCE_BTCUSDT_4h.csv': PERP,
        [other]: candles(107),
        'BINANCE_ETHUSDT_4h.csv': PERP,
      });
      expect(feed!.markets.map(({ symbol, price }) => `${symbol} ${price}`)).toEqual(['BTCUSDT null', 'ETHUSDT 106']);
      const skipped = feed!.summary.files_skipped;
      expect(skipped.map(({ file }) => file).sort()).toEqual(['BINANCE_BTCUSDT_4h.csv', other].sort());
      for (const { detail } of skipped) {
        expect(detail).toContain('BINANCE_BTCUSDT_4h.csv');
        expect(detail).toContain(other);
        expect(detail).toContain('5 of 5 shared candles');
      }
    },
  );
});

describe('rows that name a market', () => {
  test.each([
    ['BINANCE_ETHUSDT_4h.csv', 'ETHBTC'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTCUSDT_240927'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTCUSDT-27SEP24'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTC/USDT:USDT-240927'],
    ['BITMEX_XBTUSD_4h.csv', 'XBTZ24'],
    ['OKX_BTC-USDT-SWAP_4h.csv', 'BTC-USDT-250328'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTCUSDT_CURRENT_QUARTER'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTCUSDT240927'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTC-240927-60000-C'],
    ['BINANCE_BTCUSDT_4h.csv', 'ETH-PERP'],
    ['BINANCE_BTCUSDT_4h.csv', '1000SHIB'],
    ['BINANCE_BTCUSDT_4h.csv', 'ETHBNB'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTC/AUD'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTC-BRL'],
    ['KRAKEN_PF_XBTUSD_4h.csv', 'PI_XBTUSD'],
    ['KRAKEN_XBTUSD_4h.csv', 'PI_XBTUSD'],
    ['OKX_BTC-USD-SWAP_4h.csv', 'BTC-USD_UM-SWAP'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTCDOMUSDT'],
    ['BINANCE_BTCUSDT_4h.csv', 'WBTCUSDT'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTCUSDC'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTCUSD'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTC/EUR'],
    ['BINANCE_BTCUSDT_4h.csv', 'ETH'],
    ['HYPERLIQUID_TSLAUSDT_4h.csv', 'xyz:TSLA'],
  ])('%s with rows of %s is refused', async (name, said) => {
    const { stderr, feed } = await scanFiles({ [name]: candles(106, { symbol: said }) });
    expect(feed).toBeNull();
    expect(stderr).toContain(`its rows say ${said.slice(0, 30)}`);
  });

  test.each([
    ['BINANCE_BTCUSDT_4h.csv', 'BTC/USDT'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTC/USDT:USDT'],
    ['BINANCE_BTCUSDT_4h.csv', 'BINANCE:BTCUSDT.P'],
    ['BINANCE_BTCUSDT_4h.csv', 'btc-usdt'],
    ['BINANCE_BTCUSDT_4h.csv', 'BTC'],
    ['BINANCE_1000PEPEUSDT_4h.csv', 'PEPEUSDT'],
    ['KUCOIN_XBTUSDTM_4h.csv', 'BTC-USDT'],
    ['KUCOIN_XBTUSDTM_4h.csv', '.KXBTUSDT index'],
    ['HYPERLIQUID_BTCUSDT_4h.csv', 'BTC'],
    ['HYPERLIQUID_BTCUSDT_4h.csv', 'BTC-USD'],
    ['DYDX_BTC-USD_4h.csv', 'BTC-USD'],
    ['BINANCE_BTCUSDT_4h.csv', 'bitcoin'],
    ['BINANCE_BTCUSDT_4h.csv', 'spot'],
    ['BINANCE_BTCUSDT_4h.csv', 'binance'],
    ['BINANCE_BTCUSDT_4h.csv', '1'],
    ['HYPERLIQUID_XYZ-TSLA_USDC_USDC_4h.csv', 'xyz:TSLA'],
  ])('%s with rows of %s is read', async (name, said) => {
    const { feed } = await scanFiles({ [name]: candles(106, { symbol: said }) });
    expect(feed!.markets.map(({ price }) => price)).toEqual([106]);
  });
});

describe('a column or a key that names the market is heard in every format', () => {
  const KEYS =
    'symbol Symbol PAIR ticker instId inst_id instrument_name contract_code product_id coin trading_pair currency_pair'.split(
      ' ',
    );
  const ROWS = Array.from({ length: 6 }, (_, i) => [FIRST + i * FOUR_HOURS, 100 + i, 102 + i, 98 + i, 101 + i, 10]);
  const NAMES = ['time', 'open', 'high', 'low', 'close', 'volume'];
  const objects = (more: object) =>
    ROWS.map((row) => ({ ...Object.fromEntries(row.map((value, i) => [NAMES[i], value])), ...more }));
  const columns = () => Object.fromEntries(NAMES.map((name, i) => [name, ROWS.map((row) => row[i])]));

  test.each(KEYS)('%s', async (key) => {
    for (const content of [
      objects({ [key]: 'ETHBTC' }),
      { [key]: 'ETHBTC', data: ROWS },
      { [key]: 'ETHBTC', ...columns() },
      [[key, ...NAMES], ...ROWS.map((row) => ['ETHBTC', ...row])],
    ]) {
      const { stderr } = await scanFiles({ 'BINANCE_ETHUSDT_4h.json': JSON.stringify(content) });
      expect(stderr).toContain('its rows say ETHBTC, another quote');
    }
    const { stderr } = await scanFiles({ 'BINANCE_ETHUSDT_4h.csv': candles(106, { [key]: 'ETHBTC' }) });
    expect(stderr).toContain('its rows say ETHBTC, another quote');
  });

  test('each of several columns is heard, and one market may have a name in each', async () => {
    const dated = await scanFiles({
      'BINANCE_BTCUSDT_4h.csv': candles(106, { coin: 'BTC', symbol: 'BTCUSDT_240927' }),
    });
    expect(dated.stderr).toContain('a dated contract');
    const same = candles(106, { coin: 'BTC', symbol: 'BTCUSDT', pair: 'BTC/USDT' });
    expect((await scanFiles({ 'BINANCE_BTCUSDT_4h.csv': same })).markets).toEqual(['BINANCE BTC/USDT:USDT 106']);
    const around = JSON.stringify({ s: 'ok', symbol: 'BTCUSDT', pair: 'BTC/USDT', data: ROWS });
    expect((await scanFiles({ 'BINANCE_BTCUSDT_4h.json': around })).markets).toEqual(['BINANCE BTC/USDT:USDT 106']);
  });

  test('a key that is a pair names the market of its rows', async () => {
    const of = (name: string, pair: string) => scanFiles({ [name]: JSON.stringify({ [pair]: ROWS }) });
    expect((await of('BINANCE_BTCUSDT_4h.json', 'BTCUSDT')).markets).toEqual(['BINANCE BTC/USDT:USDT 106']);
    expect((await of('BINANCE_ETHUSDT_4h.json', 'BTCUSDT')).stderr).toContain('its rows say BTCUSDT, another coin');
    // That is what Kraken calls its spot pair; its perpetual is PF_XBTUSD.
    expect((await of('KRAKEN_XBTUSD_4h.json', 'XXBTZUSD')).markets).toEqual(['KRAKEN BTC/USD 106']);
  });
});

describe('rows of the spot market', () => {
  test.each([
    ['a/BINANCE_BTCUSDT_4h.csv', 'BTC/USDT:USDT', 'BTC/USDT'],
    ['a/BINANCE_BTCUSDT_4h.csv', 'BTCUSDT_PERP', 'BTCUSDT_SPOT'],
    ['binance/usdm/BTCUSDT_4h.csv', 'BTCUSDT', 'BTC/USDT'],
    ['BINANCE_BTCUSDT_PERP_4h.csv', 'BTCUSDT', 'BTC/USDT'],
  ])('beside %s with rows of %s, those of %s are left out', async (perpetual, said, spot) => {
    const { feed, markets } = await scanFiles({
      [perpetual]: candles(106, { symbol: said }),
      'b/BINANCE_BTC-USDT_4h.csv': candles(106.2, { symbol: spot }),
    });
    expect(markets).toEqual(['BINANCE BTC/USDT:USDT 106']);
    expect(feed!.summary.files_skipped).toMatchObject([
      { file: 'b/BINANCE_BTC-USDT_4h.csv', detail: expect.stringContaining('spot') },
    ]);
  });

  test('alone their pair stands for the market, as its name has it', async () => {
    const { markets } = await scanFiles({ 'BINANCE_BTCUSDT_4h.csv': candles(106, { symbol: 'BTC/USDT' }) });
    expect(markets).toEqual(['BINANCE BTC/USDT:USDT 106']);
  });
});

test('the doctor tells spot files that are left out, and both of two files whose kinds nobody tells', async () => {
  const folder = folderWith({
    'OKX_BTC-USDT-SWAP_4h.csv': PERP,
    'OKX_BTC-USDT_4h.csv': SPOT,
    'a/BINANCE_ETHUSDT_4h.csv': PERP,
    'b/BINANCE_ETHUSDT_4h.csv': candles(120),
  });
  const { stdout } = await runHere(place, ['doctor', folder, '--as-of', AS_OF, '--json']);
  const { problems } = JSON.parse(stdout) as {
    readonly problems: readonly { readonly kind: string; readonly cases: readonly { readonly where: string }[] }[];
  };
  const filesOf = (kind: string) => problems.find((one) => one.kind === kind)?.cases.map(({ where }) => where);
  expect(filesOf('spot-beside-perpetual')).toEqual(['OKX_BTC-USDT_4h.csv']);
  expect(filesOf('bad-series')).toEqual(['a/BINANCE_ETHUSDT_4h.csv', 'b/BINANCE_ETHUSDT_4h.csv']);
});

describe('what a name does not say, flags say', () => {
  const missing = async (name: string, flags: readonly string[] = []): Promise<string> =>
    (await scan(path.join(folderWith({ [name]: PERP }), name), flags)).stderr;

  test('what is missing is named by part, with the flag that gives it', async () => {
    expect(await missing('BTCUSDT_4h.csv')).toMatch(/says the exchange: add --exchange/);
    expect(await missing('BINANCE_4h.csv')).toMatch(/says the symbol: scan it alone with --symbol BTCUSDT/);
    const both = await missing('prices.csv');
    expect(both).toMatch(/says the exchange and the symbol: scan it alone with --exchange BINANCE --symbol BTCUSDT/);
    expect(await missing('prices.csv', ['--exchange', 'OKX'])).toMatch(/says the symbol: scan it alone with --symbol/);
    const one = `${candles(106).split('\n').slice(0, 2).join('\n')}\n`;
    const short = await scan(path.join(folderWith({ 'BINANCE_BTCUSDT.csv': one }), 'BINANCE_BTCUSDT.csv'));
    expect(short.stderr).toMatch(/too few candles to tell their timeframe.*--timeframe 4h/);
  });

  test('flags settle a single file', async () => {
    const file = path.join(folderWith({ 'prices.csv': PERP }), 'prices.csv');
    const { markets } = await scan(file, ['--exchange', 'binanceusdm', '--symbol', 'BTC-USDT']);
    expect(markets).toEqual(['BINANCE BTC/USDT:USDT 106']);
    const one = `${candles(106).split('\n').slice(0, 2).join('\n')}\n`;
    const short = path.join(folderWith({ 'one.csv': one }), 'one.csv');
    const flags = ['--exchange', 'BYBIT', '--symbol', 'ETHUSDT', '--timeframe', '4h'];
    expect((await scan(short, flags)).markets).toEqual(['BYBIT ETH/USDT:USDT 101']);
  });

  test.each([
    ['BTCUSDT_240927', 'BINANCE', {}, '--symbol BTCUSDT_240927 is no perpetual of BINANCE'],
    ['BTC-27DEC24', 'DERIBIT', {}, '--symbol BTC-27DEC24 is no perpetual of DERIBIT'],
    ['BTC', 'BINANCE', {}, '--symbol BTC is no perpetual of BINANCE'],
    ['ETHUSDT', 'BINANCE', { symbol: 'BTCUSDT' }, 'its rows say BTCUSDT, another coin'],
  ])('--symbol %s of %s with rows of %s is refused', async (symbol, exchange, columns, why) => {
    const file = path.join(folderWith({ 'prices.csv': candles(106, columns) }), 'prices.csv');
    const { feed, stderr } = await scan(file, ['--exchange', exchange, '--symbol', symbol]);
    expect(feed).toBeNull();
    expect(stderr).toContain(why);
  });

  test('of a folder they only choose', async () => {
    const { feed } = await scanFiles({ 'prices.csv': PERP, 'BINANCE_ETHUSDT_4h.csv': PERP }, ['--symbol', 'ETHUSDT']);
    expect(feed!.markets.map(({ symbol }) => symbol)).toEqual(['ETHUSDT']);
  });
});
