/** Where the series of a run come from. */
import { ConfigError } from '../core/config-error.ts';
import type { ProviderName } from '../core/feed.ts';
import type { ScanRequest } from './request.ts';

/** A run that is told to ask Coinalyze, and cannot. */
export function noKey(): ConfigError {
  return new ConfigError(
    'provider coinalyze needs a key: set COINALYZE_API_KEY in the environment or in .env, or use --provider none',
    78,
  );
}

/**
 * The provider of a run, once it is known whether its input is the sample.
 * @throws ConfigError
 */
export function providerFor({ provider, hasKey }: ScanRequest, isSample: boolean): ProviderName {
  if (provider !== 'auto') {
    if (!isSample || provider !== 'coinalyze') return provider;
    throw new ConfigError(
      'the sample is made up: real series do not go with it. Scan candles of your own, or use --provider sandbox',
      2,
    );
  }
  if (isSample) return 'sandbox';
  return hasKey ? 'coinalyze' : 'none';
}
