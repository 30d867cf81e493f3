/** What the program says while it works: one record, one line, on the error stream. */
import type { Clock } from './clock.ts';
import { escapeControl } from './text.ts';

const SEVERITY = { error: 0, warn: 1, info: 2, debug: 3 } as const;

type LogLevel = keyof typeof SEVERITY;
type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A line that people grep for, such as `[BATCH] ...`: no prefix, at every level. As JSON it is a record's message. */
  line(text: string): void;
}

export interface LogOptions {
  /** Receives whole lines. */
  readonly write: (text: string) => unknown;
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  /** Only errors, and no lines. */
  readonly quiet: boolean;
  /** Level names in colour; only in text, and only when told so. */
  readonly colour?: boolean;
  /** Values that must never be written, e.g. the API key. */
  readonly secrets: readonly string[];
  /** Gives JSON records their time; text lines have none, because cron and the journal add their own. */
  readonly clock: Pick<Clock, 'now'>;
}

/** Below this length a value is no key, and hiding it would make holes in ordinary words. */
const SHORTEST_SECRET = 6;
const REDACTED = '[redacted]';

export function createLog({ write, level, format, quiet, colour = false, secrets, clock }: LogOptions): Log {
  const redact = createRedactor(secrets);
  const loudest = quiet ? SEVERITY.error : SEVERITY[level];
  const formatted = (severity: LogLevel, message: string, fields: LogFields): string =>
    format === 'json'
      ? JSON.stringify({ time: clock.now(), level: severity, message, ...fields })
      : asText(severity, message, fields);
  const put = (text: string): void => {
    const safe = redact(escapeControl(text));
    void write(`${colour && format === 'text' ? coloured(safe) : safe}\n`);
  };
  const record =
    (severity: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (SEVERITY[severity] > loudest) return;
      // Before quoting as well as after it: a quote inside a quoted secret is escaped twice.
      put(formatted(severity, redact(message), redactFields(fields, redact)));
    };
  return {
    error: record('error'),
    warn: record('warn'),
    info: record('info'),
    debug: record('debug'),
    line: (text) => {
      if (!quiet) put(format === 'json' ? formatted('info', redact(text), {}) : text);
    },
  };
}

/**
 * Replaces every secret by `[redacted]`, in capital or small letters: as it is, URL-encoded (where that is needed, and every character), as
 * base64 also in the middle of a longer text, in hexadecimal digits, inside JSON, and each of these backwards.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const long = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  const forwards = [...long, ...long.map(backwards)].flatMap(formsOf);
  const forms = [...forwards, ...forwards.map(backwards)];
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  const patterns = longestFirst.map((form) => new RegExp(form.replaceAll(/[^\w]/g, String.raw`\$&`), 'gi'));
  return (text) => patterns.reduce((clean, pattern) => clean.replaceAll(pattern, REDACTED), text);
}

function backwards(text: string): string {
  return text.split('').reverse().join('');
}

function formsOf(secret: string): readonly string[] {
  const hex = Buffer.from(secret).toString('hex');
  const everyByte = hex.replaceAll(/../g, '%$&');
  const encoded = [encodeURIComponent(secret), new URLSearchParams([['', secret]]).toString().slice(1), everyByte];
  const quoted = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    quoted,
    escapeControl(secret),
    escapeControl(quoted),
    ...encoded,
    hex,
    ...[0, 1, 2].flatMap((offset) => base64At(secret, offset)),
  ];
}

/** The base64 digits that depend on the secret alone when `offset` bytes (modulo 3) stand before it, in both alphabets. */
function base64At(secret: string, offset: number): readonly string[] {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const from = Math.ceil((offset * 8) / 6);
  const to = Math.floor((bytes.length * 8) / 6);
  return [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)];
}

function redactFields(fields: LogFields, redact: (text: string) => string): LogFields {
  const clean = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? redact(value) : value,
  ]);
  return Object.fromEntries(clean) as LogFields;
}

const COLOUR_OF: Readonly<Record<string, number>> = { ERROR: 31, WARN: 33, DEBUG: 2, SUCCESS: 32 };

function coloured(line: string): string {
  return line.replace(/^\[([A-Z]+)\]/, (tag, name: string) => {
    const code = COLOUR_OF[name];
    return code === undefined ? tag : `\u001b[${code}m${tag}\u001b[0m`;
  });
}

function asText(severity: LogLevel, message: string, fields: LogFields): string {
  const prefix = severity === 'info' ? '' : `[${severity.toUpperCase()}] `;
  const details = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? JSON.stringify(value) : value}`,
  );
  return `${prefix}${message}${details.join('')}`;
}
