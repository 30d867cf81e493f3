import { describe, expect, test } from 'vitest';
import { readCandleName } from '../../src/candles/names.ts';
import { sideFileKind } from '../../src/candles/side-files.ts';
import { isKnownVenue } from '../../src/core/venues.ts';
import { exchangeId } from '../../src/symbols/exchanges.ts';
import { marketSymbol, parseMarketName } from '../../src/symbols/naming.ts';
import { REAL, UNREADABLE } from '../symbols/real-names.ts';

function reading(name: string): string {
  const result = readCandleName(`/data/${name}`);
  if (!result.ok) return result.reason;
  const { exchange, symbol, timeframe, spot } = result.named;
  const spelled = symbol === null ? null : marketSymbol(exchange ?? '', symbol);
  return `${exchange} ${spelled} ${timeframe}${spot ? ' spot' : ''}`;
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
    ['GATE_IO_BTCUSDT_4h.json', 'GATEIO BTCUSDT 4h'],
    ['GATE_IO_BTC_USDT_4h.json', 'GATEIO BTCUSDT 4h'],
    ['BINANCE___proto___4h.json', 'BINANCE null 4h'],
    ['123_BTCUSDT_4h.json', 'null null 4h'],
    ['BINANCE_BTCUSDT.json', 'BINANCE BTCUSDT null'],
    ['master_feed.json', 'null null null'],
    ['package.json', 'null null null'],
  ])('%s is %s', (name, expected) => {
    expect(reading(name)).toBe(expected);
  });

  test('an unknown timeframe still names the market', () => {
    expect(readCandleName('/x/BINANCE_BTCUSDT_1w.json')).toMatchObject({
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
    ['HYPERLIQUID_xyz:TSLA_4h.json', 'HYPERLIQUID XYZ:TSLA 4h'],
    ['Gate.io_BTC_USDT_4h.json', 'GATEIO BTCUSDT 4h'],
    ['BINANCE_BTCUSDT_4h.csv.zip', 'BINANCE BTCUSDT 4h'],
  ])('%s is %s', (name, expected) => {
    expect(reading(name)).toBe(expected);
  });

  test.each([
    ['SOL_BTC_4h.json', 'null SOL_BTC 4h'],
    ['ETH_EUR_4h.json', 'null ETH_EUR 4h'],
    ['BTC_USD_BTC_4h.json', 'null BTCUSD 4h'],
    ['HYPERLIQUID_BTC_4h.json', 'HYPERLIQUID BTC 4h'],
    ['BTCUSDT_PERP_4h.csv', 'null BTCUSDT 4h'],
    ['BTCUSDT_um_4h.csv', 'null BTCUSDT 4h'],
    ['BTCUSDT_binance_4h.csv', 'BINANCE BTCUSDT 4h'],
    ['BTCUSDT_okx_4h.csv', 'OKX BTCUSDT 4h'],
    ['my_BTCUSDT_4h.csv', 'null BTCUSDT 4h'],
    ['data_BTCUSDT_4h.csv', 'null BTCUSDT 4h'],
    ['candles_BTCUSDT_4h.csv', 'null BTCUSDT 4h'],
    ['downloads/BTC_USDT_USDT-4h-futures.json', 'null BTCUSDT 4h'],
    ['freqtrade-futures/BTC_USDT_USDT-4h-futures.json', 'null BTCUSDT 4h'],
    ['x/futures/BTC_USDT_USDT-4h-futures.json', 'null BTCUSDT 4h'],
    ['user_data/data/novel/futures/BTC_USDT_USDT-4h-futures.json', 'NOVEL BTCUSDT 4h'],
    ['user_data/data/spot/BTC_USDT-4h.json', 'null BTCUSDT 4h spot'],
  ])('no exchange is made of a word: %s is %s', (name, expected) => {
    expect(reading(`deep/${name}`)).toBe(expected);
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
    expect(reading(name)).toBe(expected);
  });
});

describe('names that tools write', () => {
  test.each([
    // TradingView: a symbol without .P is the spot market.
    ['BINANCE_BTCUSDT.P, 240_1a2b3.csv', 'BINANCE BTCUSDT 4h'],
    ['BYBIT_ETHUSDT.P, 1D.csv', 'BYBIT ETHUSDT 1d'],
    ['OKX_BTCUSDT.P, 60 (1).csv', 'OKX BTCUSDT 1h'],
    ['BITSTAMP_BTCUSD, 15_c0ffe.csv', 'BITSTAMP BTCUSD 15m spot'],
    ['BINANCE_BTCUSDT, 240_1a2b3.csv', 'BINANCE BTCUSDT 4h spot'],
    ['DERIBIT_BTCUSD.P, 1W.csv', 'unknown-timeframe'],
    // Hummingbot and its quants-lab.
    ['candles_binance_perpetual_BTC-USDT_4h.csv', 'BINANCE BTCUSDT 4h'],
    ['candles_kucoin_BTC-USDT_1h.csv', 'KUCOIN BTCUSDT 1h'],
    ['candles_gate_io_perpetual_BTC-USDT_1h.csv', 'GATEIO BTCUSDT 1h'],
    ['candles_hyperliquid_perpetual_BTC-USD_4h.csv', 'HYPERLIQUID BTCUSD 4h'],
    ['candles_dydx_v4_perpetual_BTC-USD_1h.csv', 'DYDXV4 BTCUSD 1h'],
    ['candles_coinbase_advanced_trade_BTC-USD_1h.csv', 'COINBASEADVANCEDTRADE BTCUSD 1h'],
    ['candles_ascend_ex_BTC-USDT_1h.csv', 'ASCENDEX BTCUSDT 1h'],
    ['candles_binance_perpetual_testnet_BTC-USDT_1h.csv', 'BINANCE null 1h'],
    ['testnet-BTC-USDT-4h.csv', 'null null 4h'],
    ['binance_perpetual|BTC-USDT|4h.parquet', 'BINANCE BTCUSDT 4h'],
    ['cache/candles/okx_perpetual|kPEPE-USDT|1h.parquet', 'OKX kPEPEUSDT 1h'],
    // CryptoDataDownload.
    ['Binance_BTCUSDT_d.csv', 'BINANCE BTCUSDT 1d'],
    ['Binance_BTCUSDT_2023_minute.csv', 'BINANCE BTCUSDT 1m'],
    ['Bitstamp_BTCUSD_hour.csv', 'BITSTAMP BTCUSD 1h'],
    ['BTCUSDT_Binance_futures_UM_hour.csv', 'BINANCE BTCUSDT 1h'],
    ['BTCUSD_PERP_Binance_futures_CM_day.csv', 'BINANCE BTCUSD 1d'],
    ['Okx_ETHUSDT_1h.csv', 'OKX ETHUSDT 1h'],
    // Scripts around python-binance and ccxt.
    ['BTCUSDT-4h-data.csv', 'null BTCUSDT 4h'],
    ['BTCUSDT_ohlcv_4h.csv', 'null BTCUSDT 4h'],
    ['binance-BTCUSDT-4h.csv', 'BINANCE BTCUSDT 4h'],
    ['okx-BTC-USDT-SWAP-4h.csv', 'OKX BTCUSDT 4h'],
    ['gate-io-BTC_USDT-1h.csv', 'GATEIO BTCUSDT 1h'],
    ['binance_BTCUSDT_4h_20240101-20240201.csv', 'BINANCE BTCUSDT 4h'],
    ['binance_BTCUSDT_4h_2024.csv', 'BINANCE BTCUSDT 4h'],
    ['bybit_linear_BTCUSDT_4h.csv', 'BYBIT BTCUSDT 4h'],
    ['bybit_spot_BTCUSDT_4h.csv', 'BYBIT BTCUSDT 4h spot'],
    ['bybit_margin_BTCUSDT_4h.csv', 'BYBIT BTCUSDT 4h spot'],
    ['deribit_options_BTC-27DEC24-60000-C_4h.csv', 'unknown-name'],
    ['BINANCE_BTC_USDT_20241227_4h.csv', 'unknown-name'],
    // A quote glued to an exchange's name is none.
    ['binance-SUSDT-4h.csv', 'BINANCE SUSDT 4h'],
    ['binance-SUSDT_4h.csv', 'BINANCE SUSDT 4h'],
    ['bybit-USDT_4h.csv', 'BYBIT null 4h'],
    ['binance_XUSDT-4h.csv', 'BINANCE XUSDT 4h'],
    // MetaTrader, and minutes.
    ['BINANCE_BTCUSDT_H4.csv', 'BINANCE BTCUSDT 4h'],
    ['BINANCE_BTCUSDT_M15.csv', 'BINANCE BTCUSDT 15m'],
    ['BINANCE_BTCUSDT_D1.csv', 'BINANCE BTCUSDT 1d'],
    ['BINANCE_BTCUSDT_MN1.csv', 'BINANCE null null'],
    ['BINANCE_BTCUSDT_240.csv', 'BINANCE BTCUSDT 4h'],
    ['XBTUSD_1440.csv', 'null XBTUSD 1d'],
    ['BINANCE_BTCUSDT_60min.csv', 'BINANCE BTCUSDT 1h'],
    ['BINANCE_BTCUSDT_4hour.csv', 'BINANCE BTCUSDT 4h'],
    ['BINANCE_BTCUSDT_15minutes.csv', 'BINANCE BTCUSDT 15m'],
    ['BINANCE_BTCUSDT_1day.csv', 'BINANCE BTCUSDT 1d'],
    ['BINANCE_BTCUSDT_daily.csv', 'BINANCE BTCUSDT 1d'],
    ['BINANCE_BTCUSDT_1mo.csv', 'unknown-timeframe'],
    ['BINANCE_BTCUSDT_45.csv', 'BINANCE null null'],
    // Second copies.
    ['BINANCE_BTCUSDT_4h (1).csv', 'BINANCE BTCUSDT 4h'],
    ['BINANCE_BTCUSDT_4h(2).json', 'BINANCE BTCUSDT 4h'],
    ['BINANCE_BTCUSDT_4h - Copy.csv', 'BINANCE BTCUSDT 4h'],
    ['BINANCE_BTCUSDT_4h - Copy (3).csv', 'BINANCE BTCUSDT 4h'],
    ['BINANCE_BTCUSDT_4h copy 2.csv', 'BINANCE BTCUSDT 4h'],
    ['Copy of BINANCE_BTCUSDT_4h.csv', 'BINANCE BTCUSDT 4h'],
    ['BINANCE_BTCUSDT_4h.csv (1).csv', 'BINANCE BTCUSDT 4h'],
    // Other orders.
    ['Binance BTCUSDT 4h.csv', 'BINANCE BTCUSDT 4h'],
    ['4h_BTCUSDT.csv', 'null BTCUSDT 4h'],
    ['4h_binance_BTC-USDT.csv', 'BINANCE BTCUSDT 4h'],
    ['BTC_USDT_4h_binance.csv', 'BINANCE BTCUSDT 4h'],
    ['BTCUSDT-4h-binance-futures.csv', 'BINANCE BTCUSDT 4h'],
    ['okx_BTC_USDT_4h_binance.csv', 'null null 4h'],
    ['BTC_USDT_4h_final.csv', 'null null 4h'],
    // Folders by timeframe, by symbol, by both.
    ['binance/4h/ETHUSDT.csv', 'BINANCE ETHUSDT 4h'],
    ['binance/240/ETHUSDT.csv', 'BINANCE ETHUSDT 4h'],
    ['binance/BTCUSDT/4h.csv', 'BINANCE BTCUSDT 4h'],
    ['binance/BTC-USDT/4h.csv', 'BINANCE BTCUSDT 4h'],
    ['binance/BTCUSDT/4h/2024.csv', 'BINANCE BTCUSDT 4h'],
    ['binance/BTCUSDT/4h/2024-01-05.csv', 'BINANCE BTCUSDT 4h'],
    ['dump/data/candle/binance/BTCUSDT/4h/1704067200000.json', 'BINANCE BTCUSDT 4h'],
    ['binance/BTCUSDT_240927/4h/2024.csv', 'unknown-name'],
    ['bybit/linear/4h/ETHUSDT.csv', 'BYBIT ETHUSDT 4h'],
    ['bybit/spot/BTCUSDT/H4.csv', 'BYBIT BTCUSDT 4h spot'],
    ['binance_4h/ETHUSDT.csv', 'BINANCE ETHUSDT 4h'],
    ['okx/BTC-USDT-SWAP/candles/1h.parquet', 'OKX BTCUSDT 1h'],
    ['binance/ETHUSDT.csv', 'BINANCE ETHUSDT null'],
    ['binance/4h/notes.csv', 'BINANCE null 4h'],
    ['binance/BTCUSDT/1.json', 'BINANCE null null'],
    ['binance/bot/4h/ETHUSDT.csv', 'null ETHUSDT 4h'],
    // Coins that are called as exchanges and fillers are.
    ['WOO_USDT_4h.json', 'null WOOUSDT 4h'],
    ['BINANCE_WOO_USDT_4h.json', 'BINANCE WOOUSDT 4h'],
    ['GATE_ASTER_USDT_USDT_4h.json', 'GATE ASTERUSDT 4h'],
    ['NEW_USDT_4h.json', 'null NEWUSDT 4h'],
    ['KUCOIN/4h/DYDXUSDTM.json', 'KUCOIN DYDXUSDTM 4h'],
    ['KUCOIN_DYDXUSDTM_4h.json', 'KUCOIN DYDXUSDTM 4h'],
    ['BYBIT/DYDXPERP/4h.json', 'BYBIT DYDXPERP 4h'],
    ['dydx_perpetual_BTC-USD_4h.json', 'DYDX BTCUSD 4h'],
    ['novel_BTCUSDT_4h.json', 'NOVEL BTCUSDT 4h'],
    ['hyperliquid/novel_BTCUSDT_4h.json', 'NOVEL BTCUSDT 4h'],
    ['hyperliquid/xyz_TSLA_4h.json', 'HYPERLIQUID XYZ:TSLA 4h'],
    ['BYBIT_PERP_USDT_4h.json', 'BYBIT PERPUSDT 4h'],
  ])('%s is %s', (name, expected) => {
    expect(reading(name)).toBe(expected);
  });
});

/** The unified name of the market that a file of this name is of; null when it names none that is understood. */
function unifiedOf(name: string, exchange: string): string | null {
  const result = readCandleName(`/data/${name}`);
  if (!result.ok || result.named.symbol === null) return null;
  const venue = result.named.exchange ?? exchange;
  expect(exchangeId(venue)).toBe(exchangeId(exchange));
  const symbol = marketSymbol(venue, result.named.symbol);
  return symbol === null ? null : (parseMarketName(venue, symbol)?.unified ?? null);
}

describe('every real name through the name of a file', () => {
  test.each(REAL)('%s %s', (exchange, symbol, unified) => {
    const written = symbol.replace('/', '_');
    expect(unifiedOf(`${exchange}_${written}_4h.json`, exchange)).toBe(unified);
    expect(unifiedOf(`${written}_4h.json`, exchange)).toBe(unified);
    expect(unifiedOf(`${exchange}_${written.replace(':', '_')}_4h.csv`, exchange)).toBe(unified);
    if (isKnownVenue(exchange)) {
      expect(unifiedOf(`${exchange}-${written}-4h.csv`, exchange)).toBe(unified);
      expect(unifiedOf(`${exchange}/${written}_4h.csv`, exchange)).toBe(unified);
      expect(unifiedOf(`${exchange}/4h/${written}.csv`, exchange)).toBe(unified);
      expect(unifiedOf(`${exchange}/${written}/4h.csv`, exchange)).toBe(unified);
    }
  });

  test.each(UNREADABLE.filter(([, symbol]) => symbol.length < 200 && !symbol.includes('\u0000')))(
    '%s %s is none',
    (exchange, symbol) => {
      expect(unifiedOf(`${exchange}_${symbol.replaceAll('/', '_')}_4h.json`, exchange)).toBeNull();
    },
  );
});

test('words of kinds before a symbol are no part of it', () => {
  const symbolOf = (name: string): string | null => {
    const result = readCandleName(`/data/${name}`);
    return result.ok ? result.named.symbol : null;
  };
  expect(symbolOf('candles_binance_perpetual_BTC-USDT_4h.csv')).toBe('BTC-USDT');
  expect(symbolOf('binance_futures_um_BTCUSDT_4h.csv')).toBe('BTCUSDT');
  expect(symbolOf('WOO_PERP_BTC_USDT_4h.csv')).toBe('PERP_BTC_USDT');
  expect(symbolOf('GATE_PERP_USDT_4h.csv')).toBe('PERP_USDT');
});

describe('the kind of a market', () => {
  const markedBy = (name: string): string | null => {
    const result = readCandleName(`/data/${name}`);
    if (!result.ok) return result.reason;
    return result.named.spot ? 'spot' : result.named.marked;
  };
  const words = 'linear inverse um cm usdm coinm swap perp perps perpetual futures delivery'.split(' ');

  test.each(words)('a folder or a word %s says perpetual, alone or with an exchange', (word) => {
    expect(markedBy(`${word}/BINANCE_BTCUSDT_4h.csv`)).toBe('folder');
    expect(markedBy(`binance/${word}/BTCUSDT_4h.csv`)).toBe('folder');
    expect(markedBy(`binance_${word}/BTCUSDT_4h.csv`)).toBe('folder');
    expect(markedBy(`binance-${word}/BTCUSDT_4h.csv`)).toBe('folder');
    expect(markedBy(`binance${word}/BTCUSDT_4h.csv`)).toBe('folder');
    expect(markedBy(`binance_${word}_BTCUSDT_4h.csv`)).toBe('name');
    expect(markedBy(`binance${word}_BTCUSDT_4h.csv`)).toBe('name');
    expect(markedBy(`BTCUSDT_${word}_4h.csv`)).toBe('name');
  });

  test.each(['spot', 'margin'])('a folder or a word %s says spot', (word) => {
    for (const at of [
      `${word}/BINANCE_BTCUSDT_4h.csv`,
      `bybit/${word}/BTCUSDT_4h.csv`,
      `bybit_${word}_BTCUSDT_4h.csv`,
    ]) {
      expect(markedBy(at)).toBe('spot');
    }
  });

  test('options are not scanned', () => {
    expect(markedBy('deribit/options/BTCUSDT_4h.csv')).toBe('unknown-name');
    expect(markedBy('deribit_option_BTCUSDT_4h.csv')).toBe('unknown-name');
  });

  test.each([
    ['BINANCE_BTCUSDT_4h.csv', null],
    ['ethereum/BINANCE_BTCUSDT_4h.csv', null],
    ['usd-m/BINANCE_BTCUSDT_4h.csv', 'folder'],
    ['BinanceFuturesUM/BTCUSDT_4h.csv', 'folder'],
    ['krakenfutures/PF_XBTUSD_4h.csv', 'name'],
    ['OKX_BTC-USDT-SWAP_4h.csv', 'name'],
    ['OKX_BTC-USDT_4h.csv', null],
    ['BITGET_BTCUSDT_SPBL_4h.csv', 'spot'],
    ['WOO_SPOT_BTC_USDT_4h.csv', 'spot'],
    ['PHEMEX_sBTCUSDT_4h.csv', 'spot'],
    ['BITFINEX_tBTCUSD_4h.csv', 'spot'],
    ['spot/KUCOIN_XBTUSDTM_4h.csv', 'name'],
    ['futures/spot/BINANCE_BTCUSDT_4h.csv', 'spot'],
    ['options-bot/BINANCE_BTCUSDT_4h.csv', null],
    ['margin-trading/BINANCE_BTCUSDT_4h.csv', null],
    ['binance_margin/BTCUSDT_4h.csv', 'spot'],
    ['bybit-options/BTCUSDT_4h.csv', 'unknown-name'],
  ])('%s: %s', (name, expected) => {
    expect(markedBy(name)).toBe(expected);
  });

  test('a folder of inverse contracts makes an XBTUSD settle in its coin', () => {
    expect(reading('kraken/inverse/XBTUSD_4h.csv')).toBe('KRAKEN BTC_USD_BTC 4h');
    expect(reading('kraken/linear/XBTUSD_4h.csv')).toBe('KRAKEN XBTUSD 4h');
    expect(reading('bybit/inverse/BTCUSD_4h.csv')).toBe('BYBIT BTCUSD 4h');
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
    ['binance/BTC-1h.json', 'BINANCE BTC 1h'],
    ['bybit/futures/BTC_USDT_USDT-1h-mark.json', 'BYBIT null 1h'],
    ['BTC_USDT-1h.json', 'null BTCUSDT 1h spot'],
    ['futures/BTC_USDT_USDT-1h-futures.json', 'null BTCUSDT 1h'],
  ])('%s is %s', (name, expected) => {
    expect(reading(name)).toBe(expected);
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
