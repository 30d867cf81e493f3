import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Shorter values are words that may stand anywhere. */
const SHORTEST_KEY = 6;

/** How a key could come out: as it is, in one case, in a URL (also with every character encoded), in JSON, in hex, in base64 wherever it stands in a longer text, and any of it backwards. */
function formsOf(key: string): readonly string[] {
  const there = [key, backwards(key)].flatMap((text) => plainFormsOf(text).concat(base64FormsOf(text)));
  return [...new Set(there.concat(there.map(backwards)))];
}

function plainFormsOf(key: string): readonly string[] {
  const inUrl = encodeURIComponent(key);
  const inHex = Buffer.from(key).toString('hex');
  const inBytes = inHex.replaceAll(/../g, '%$&');
  const inCases = [key, inUrl, inHex, inBytes].flatMap((text) => [text, text.toLowerCase(), text.toUpperCase()]);
  return [...inCases, JSON.stringify(key).slice(1, -1)];
}

function base64FormsOf(key: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.from(`${'?'.repeat(before)}${key}`)
      .toString('base64')
      .replaceAll('=', '');
    // The digits at both ends depend on the neighbours as well.
    const own = text.slice(before === 0 ? 0 : before + 1, -1);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** By UTF-16 unit: keys and their forms are ASCII. */
export function backwards(text: string): string {
  return text.split('').reverse().join('');
}

/** The names of those `texts` that show the key in some form. */
export function leaksOf(key: string, texts: Readonly<Record<string, string>>): readonly string[] {
  if (key.length < SHORTEST_KEY) return [];
  const forms = formsOf(key);
  return Object.entries(texts)
    .filter(([, text]) => forms.some((form) => text.includes(form)))
    .map(([name]) => name);
}

/** Users write these themselves. */
const SETTINGS_FILES = new Set(['.env', 'scan.config.json']);

/** The files in `folder` that show the key and are not the user's own. */
export function leakingFiles(key: string, folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return (
    entries
      .filter((entry) => entry.isFile() && !SETTINGS_FILES.has(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name))
      // A name that is no UTF-8, which only a test gives to a file.
      .filter((file) => existsSync(file))
      .filter((file) => leaksOf(key, { file: readFileSync(file, 'latin1') }).length > 0)
  );
}

/** @throws Error when what a program that was given a key has printed shows it */
export function refuseLeaks(env: Readonly<Record<string, string>>, texts: Readonly<Record<string, string>>): void {
  const leaks = leaksOf(env['COINALYZE_API_KEY'] ?? '', texts);
  if (leaks.length > 0) throw new Error(`the key is shown on ${leaks.join(' and ')}`);
}
