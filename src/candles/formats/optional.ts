/** Packages that only some formats need: loaded when the first such file is met. */
import { errorCode, failed, type Failure } from '../bytes.ts';

export type Loaded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: string };

/** Loads at the first call; later calls get the same answer. */
export function loadOnce<T>(load: () => Promise<T>): () => Promise<Loaded<T>> {
  let loaded: Promise<Loaded<T>> | null = null;
  return () =>
    (loaded ??= load().then(
      (value) => ({ ok: true, value }),
      (error: unknown) => ({ ok: false, code: errorCode(error) }),
    ));
}

/**
 * @param freqtradeFormat what Freqtrade calls the format
 * @param code why a package could not be loaded
 */
export function missingPackage(packages: readonly string[], freqtradeFormat: string, code: string): Failure {
  const problem =
    code === 'ERR_MODULE_NOT_FOUND' ? 'it needs what is not installed' : `it needs what cannot be loaded (${code})`;
  return failed(
    'missing-package',
    `${problem}: in perpscan's folder run npm install ${packages.join(' ')}, or convert it: ` +
      `freqtrade convert-data --format-from ${freqtradeFormat} --format-to json --trading-mode futures`,
  );
}
