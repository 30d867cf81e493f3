import { describe, expect, test } from 'vitest';
import { readCandleName, readExchangeSymbolName, readFreqtradeName, sideFileKind } from '../../src/candles/names.ts';

function reading(name: string, read = readExchangeSymbolName): string | null {
  const result = read(`/data/${name}`);
  if (result === null) return null;
  if (!result.ok) return result.reason;
  const { exchange, symbol, timeframe, spot } = result.named;
  return `${exchange} ${symbol} ${timeframe}${spot ? ' spot' : ''}`;
}

describe('<EXCHANGE>_<SYMBOL>_<timeframe>', () => {
  test.each([
    ['MEXC_AAVEUSDT_15m.json', 'MEXC AAVEUSDT 15m'],
    ['HYPERLIQUID_kPEPEUSDT_4h.json', 'HYPERLIQUID kPEPEUSDT 4h'],
    ['KUCOIN_XBTUSDTM_4h.json.gz', 'KUCOIN XBTUSDTM 4h'],
    ['KUCOIN_4USDTM_4h.json', 'KUCOIN 4USDTM 4h'],
    ['binance_btcusdt_1h.json', 'BINANCE BTCUSDT 1h'],
    ['BINANCE_BTC_USDT_4h.json', 'BINANCE BTCUSDT 4h'],
    ['BINANCE_BTC_USDT_USDT_4h.json', 'BINANCE BTCUSDT 4h'],
    ['BINANCE_BTC_USD_BTC_4h.json', 'BINANCE BTCUSD 4h'],
    ['OKX_BTC-USDT-SWAP_4h.json', 'OKX BTCUSDT 4h'],
    ['BINANCE_BTCUSDT_PERP_4h.json', 'BINANCE BTCUSDT 4h'],
    ['BINANCE_币安人生USDT_4h.json', 'BINANCE 币安人生USDT 4h'],
    ['BINANCE_BTCUSDT_4H.JSON', 'BINANCE BTCUSDT 4h'],
    ['BINANCE_BTCUSDT_60m.json', 'BINANCE BTCUSDT 1h'],
    ['BINANCE_BTCUSDT_1D.json', 'BINANCE BTCUSDT 1d'],
    ['BINANCE_BTCUSDT_1m.json', 'BINANCE BTCUSDT 1m'],
    ['BINANCE_BTCUSDT_1M.json', 'unknown-timeframe'],
    ['BINANCE_BTCUSDT_1w.json', 'unknown-timeframe'],
    ['BINANCE_BTCUSDT_7m.json', 'unknown-timeframe'],
    ['BINANCE_BTCUSDT_240927_4h.json', 'unknown-name'],
    ['DERIBIT_BTC-27SEP24_4h.json', 'unknown-name'],
    ['GATE_IO_BTCUSDT_4h.json', 'unknown-name'],
    ['GATE_IO_BTC_USDT_4h.json', 'unknown-name'],
    ['BINANCE___proto___4h.json', 'unknown-name'],
    ['BTCUSDT_4h.json', null],
    ['123_BTCUSDT_4h.json', null],
    ['BINANCE_BTCUSDT.json', null],
    ['master_feed.json', null],
    ['package.json', null],
  ])('%s is %s', (name, expected) => {
    expect(reading(name)).toBe(expected);
  });

  test('an unknown timeframe still names the market', () => {
    expect(readExchangeSymbolName('/x/BINANCE_BTCUSDT_1w.json')).toMatchObject({
      market: { exchange: 'BINANCE', symbol: 'BTCUSDT' },
    });
  });
});

describe('whatever people call them', () => {
  test.each([
    ['BINANCE_BTCUSDT_4h.csv', 'BINANCE BTCUSDT 4h'],
    ['bybit/futures/BTC_USDT_USDT-1h-futures.feather', 'BYBIT BTCUSDT 1h'],
    ['BTCUSDT-4h-2024-01.zip', 'null BTCUSDT 4h'],
    ['BTCUSDT-1m-2024-01-05.csv', 'null BTCUSDT 1m'],
    ['spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2025-01.zip', 'null BTCUSDT 1h spot'],
    ['futures/cm/monthly/klines/BTCUSD_PERP/1h/BTCUSD_PERP-1h-2025-01.zip', 'null BTCUSD 1h'],
    ['futures/cm/daily/klines/BTCUSD_240927/1h/BTCUSD_240927-1h-2024-01-05.zip', 'unknown-name'],
    ['futures/um/daily/klines/BTCUSDT_240927/1h/BTCUSDT_240927-1h-2024-01-05.zip', 'unknown-name'],
    ['BTCUSDT-1mo-2024-01.zip', 'unknown-timeframe'],
    ['BTCUSDT-1h.csv', 'null BTCUSDT 1h'],
    ['BTCUSDT_4h.json', 'null BTCUSDT 4h'],
    ['BTC_USDT_4h.json', 'null BTCUSDT 4h'],
    ['BTC_USDT_USDT_4h.json', 'null BTCUSDT 4h'],
    ['BTC-USDT-SWAP_4h.csv', 'null BTCUSDT 4h'],
    ['kucoin/XBTUSDTM-1h.csv', 'KUCOIN XBTUSDTM 1h'],
    ['bybit-futures/BTCUSDT_4h.csv', 'BYBIT BTCUSDT 4h'],
    ['binance/1h/BTCUSDT-1h.csv', 'BINANCE BTCUSDT 1h'],
    ['mine/BTCUSDT-1h.csv', 'null BTCUSDT 1h'],
    ['BTCUSDT_PERP.A_ohlcv-history.json', 'null null null'],
    ['my_BTC_and_ETH_of-1h.json', 'null null 1h'],
    ['candles.json', 'null null null'],
    ['BTC_USDT:USDT_4h.json', 'null BTCUSDT 4h'],
    ['BTC-USDT:USDT-4h.json', 'null BTCUSDT 4h'],
    ['binance_BTC_USDT:USDT_4h.json', 'BINANCE BTCUSDT 4h'],
    ['HYPERLIQUID_xyz:TSLA_4h.json', 'null null 4h'],
    ['Gate.io_BTC_USDT_4h.json', 'GATEIO BTCUSDT 4h'],
    ['BINANCE_BTCUSDT_4h.csv.zip', 'BINANCE BTCUSDT 4h'],
  ])('%s is %s', (name, expected) => {
    expect(reading(name, readCandleName)).toBe(expected);
  });

  test.each([
    ['SOL_BTC_4h.json', 'null SOLBTC 4h'],
    ['ETH_EUR_4h.json', 'null ETHEUR 4h'],
    ['BTC_USD_BTC_4h.json', 'null BTCUSD 4h'],
    ['HYPERLIQUID_BTC_4h.json', 'HYPERLIQUID BTC 4h'],
    ['BTCUSDT_PERP_4h.csv', 'null BTCUSDT 4h'],
    ['BTCUSDT_um_4h.csv', 'null null 4h'],
    ['BTCUSDT_binance_4h.csv', 'null null 4h'],
    ['BTCUSDT_okx_4h.csv', 'null null 4h'],
    ['my_BTCUSDT_4h.csv', 'null null 4h'],
    ['data_BTCUSDT_4h.csv', 'null null 4h'],
    ['candles_BTCUSDT_4h.csv', 'null null 4h'],
    ['downloads/BTC_USDT_USDT-4h-futures.json', 'null BTCUSDT 4h'],
    ['freqtrade-futures/BTC_USDT_USDT-4h-futures.json', 'null BTCUSDT 4h'],
    ['x/futures/BTC_USDT_USDT-4h-futures.json', 'null BTCUSDT 4h'],
    ['user_data/data/novel/futures/BTC_USDT_USDT-4h-futures.json', 'NOVEL BTCUSDT 4h'],
    ['user_data/data/spot/BTC_USDT-4h.json', 'null BTCUSDT 4h spot'],
  ])('no exchange is made of a word: %s is %s', (name, expected) => {
    expect(reading(`deep/${name}`, readCandleName)).toBe(expected);
  });

  test.each([
    ['spot/BINANCE_BTCUSDT_4h.json', 'BINANCE BTCUSDT 4h spot'],
    ['Spot/KUCOIN_BTCUSDT_4h.json', 'KUCOIN BTCUSDT 4h spot'],
    ['binance-spot/BTCUSDT_4h.json', 'BINANCE BTCUSDT 4h spot'],
    ['binance_spot/BTCUSDT_4h.json', 'BINANCE BTCUSDT 4h spot'],
    ['binance/spot/BTC_USDT-4h.json', 'BINANCE BTCUSDT 4h spot'],
    ['spot_data/1h/KUCOIN_BTCUSDT_1h.json', 'KUCOIN BTCUSDT 1h spot'],
    ['spot/BINANCE_BTC_USDT_USDT_4h.json', 'BINANCE BTCUSDT 4h'],
    ['spot/futures/BINANCE_BTCUSDT_4h.json', 'BINANCE BTCUSDT 4h'],
    ['spot-and-perp/BINANCE_BTCUSDT_4h.json', 'BINANCE BTCUSDT 4h'],
    ['spotless/BINANCE_BTCUSDT_4h.json', 'BINANCE BTCUSDT 4h'],
    ['binance-spot_BTCUSDT_4h.json', 'BINANCE BTCUSDT 4h spot'],
    ['BINANCE_BTCUSDT_SPOT_4h.json', 'BINANCE BTCUSDT 4h spot'],
    ['binance_spot_BTC_USDT_4h.json', 'BINANCE BTCUSDT 4h spot'],
    ['BTCUSDT_spot_4h.json', 'null BTCUSDT 4h spot'],
    ['binance/BTC_USDT-4h-spot.json', 'BINANCE BTCUSDT 4h spot'],
  ])('spot is never taken for the perpetual: %s is %s', (name, expected) => {
    expect(reading(name, readCandleName)).toBe(expected);
  });
});

describe("Freqtrade's names", () => {
  test.each([
    ['bybit/futures/BTC_USDT_USDT-1h-futures.json', 'BYBIT BTCUSDT 1h'],
    ['okx/futures/1000PEPE_USDT_USDT-4h-futures.json.gz', 'OKX 1000PEPEUSDT 4h'],
    ['hyperliquid/futures/BTC_USDC_USDC-1h-futures.feather', 'HYPERLIQUID BTCUSDC 1h'],
    ['binance/BTC_USDT-1h.json', 'BINANCE BTCUSDT 1h spot'],
    ['bybit-futures/BTC_USDT_USDT-1h-futures.json', 'BYBIT BTCUSDT 1h'],
    ['any/okx_AVAX_USDT_USDT-1h-futures.json', 'OKX AVAXUSDT 1h'],
    ['bybit/futures/BTC_USDT_USDT-1Mo-futures.json', 'unknown-timeframe'],
    ['bybit/futures/BTC_USDT_USDT-240927-1h-futures.json', 'unknown-name'],
    ['binance/BTC-1h.json', 'unknown-name'],
    ['bybit/futures/BTC_USDT_USDT-1h-mark.json', 'not-candles'],
    ['BTC_USDT-1h.json', 'null BTCUSDT 1h spot'],
    ['futures/BTC_USDT_USDT-1h-futures.json', 'null BTCUSDT 1h'],
    ['bybit/MEXC_AAVEUSDT_15m.json', null],
  ])('%s is %s', (name, expected) => {
    expect(reading(name, readFreqtradeName)).toBe(expected);
  });

  test.each([
    ['BTC_USDT_USDT-8h-funding_rate.feather', true],
    ['BTC_USDT_USDT-1h-mark.json', true],
    ['BTC_USDT_USDT-1h-index.json', true],
    ['BTC_USDT_USDT-1h-premiumIndex.json.gz', true],
    ['BTC_USDT_USDT-1h-open_interest.json', true],
    ['gate_AVAX-1h-open_interest_usd.json', true],
    ['BTC_USDT-trades.feather', true],
    ['BTC_USDT_USDT-1h-futures.json', false],
    ['BTC_USDT-1h.json', false],
    ['MEXC_MARKUSDT_4h.json', false],
    ['BTCUSDT-fundingRate-2024-01.zip', true],
    ['BTCUSDT-metrics-2024-01-05.csv', true],
    ['BTCUSDT-aggTrades-2024-01-05.zip', true],
    ['um/monthly/markPriceKlines/BTCUSDT/1h/BTCUSDT-1h-2024-01.zip', true],
    ['um/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01.zip', false],
  ])('%s holds no candles: %s', (name, expected) => {
    expect(sideFileKind(name) !== null).toBe(expected);
  });
});
