import { describe, expect, it } from 'vitest';
import { createLog, createRedactor, type LogOptions } from '../../src/platform/log.ts';

const KEY = '3f9c/2b+7e =a1"d4';

function logged(options: Partial<LogOptions>, say: (log: ReturnType<typeof createLog>) => void): string {
  const written: string[] = [];
  const log = createLog({
    write: (text) => written.push(text),
    level: 'debug',
    format: 'text',
    quiet: false,
    secrets: [KEY],
    clock: { now: () => 1_768_842_061_087 },
    ...options,
  });
  say(log);
  return written.join('');
}

describe('log', () => {
  it('bracket lines are printed as they are, at every level', () => {
    const line = '[BATCH] Resolved: 800 | Aggregated: 250 | Neutral: 48';
    for (const level of ['error', 'warn', 'info', 'debug'] as const) {
      expect(logged({ level }, (log) => log.line(line))).toBe(`${line}\n`);
    }
  });

  it('quiet leaves errors alone', () => {
    const text = logged({ quiet: true }, (log) => {
      log.line('[BATCH] x');
      log.warn('warning');
      log.info('info');
      log.error('no feed written');
    });
    expect(text).toBe('[ERROR] no feed written\n');
  });

  it('the level decides', () => {
    const say = (log: ReturnType<typeof createLog>): void => {
      log.error('e');
      log.warn('w');
      log.info('i');
      log.debug('d');
    };
    expect(logged({ level: 'error' }, say)).toBe('[ERROR] e\n');
    expect(logged({ level: 'warn' }, say)).toBe('[ERROR] e\n[WARN] w\n');
    expect(logged({ level: 'info' }, say)).toBe('[ERROR] e\n[WARN] w\ni\n');
    expect(logged({ level: 'debug' }, say)).toBe('[ERROR] e\n[WARN] w\ni\n[DEBUG] d\n');
  });

  it('a record is one line, whatever a file is called', () => {
    const text = logged({}, (log) => log.warn('skipped', { file: 'A\u001b[2J\n[ERROR] forged', rows: 3, ok: null }));
    expect(text).toBe(String.raw`[WARN] skipped file="A\u001b[2J\n[ERROR] forged" rows=3 ok=null` + '\n');
    expect(logged({}, (log) => log.line('a\nb'))).toBe('a\\nb\n');
  });

  it('JSON records have time, level, message and fields', () => {
    const text = logged({ format: 'json' }, (log) => {
      log.line('[BATCH] Processing 3 symbols');
      log.error('x\u009b', { code: 'ENOSPC' });
    });
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(records).toEqual([
      { time: 1_768_842_061_087, level: 'info', message: '[BATCH] Processing 3 symbols' },
      { time: 1_768_842_061_087, level: 'error', message: 'x\u009b', code: 'ENOSPC' },
    ]);
    expect(text).toContain('[BATCH] Processing 3 symbols');
    expect(text).not.toContain('\u009b');
  });

  it.each(['text', 'json'] as const)('a secret is written in no form (%s)', (format) => {
    const around = `user:${KEY}:after`;
    const text = logged({ format }, (log) => {
      log.error(`key ${KEY}`, { key: KEY, url: `?api_key=${encodeURIComponent(KEY)}` });
      log.line(`lower ${encodeURIComponent(KEY).toLowerCase()}`);
      log.warn(Buffer.from(KEY).toString('base64'), { basic: Buffer.from(around).toString('base64') });
      log.warn(Buffer.from(`x${around}`).toString('base64url'), { deep: JSON.stringify({ key: KEY }) });
      log.info(Buffer.from(`xy${around}`).toString('base64'));
      log.debug(new URLSearchParams({ key: KEY }).toString());
    });
    expect(text.match(/\[redacted\]/g)).toHaveLength(10);
    for (const part of ['3f9c', '7e', 'a1', '=a1', 'd4', Buffer.from('9c/2b+7e').toString('base64').slice(1, -2)]) {
      expect(text.replaceAll('[redacted]', '')).not.toContain(part);
    }
  });

  it('JSON with a redacted secret is still JSON', () => {
    const text = logged({ format: 'json' }, (log) => log.error(`key ${KEY}`, { nested: JSON.stringify([KEY]) }));
    expect(JSON.parse(text)).toMatchObject({ message: 'key [redacted]' });
  });
});

describe('createRedactor', () => {
  it('an empty or very short value hides nothing', () => {
    expect(createRedactor(['', 'any'])('many keys')).toBe('many keys');
  });

  it('a secret in other letters and in hexadecimal digits is found', () => {
    const hex = Buffer.from(KEY).toString('hex');
    const texts = [KEY.toUpperCase(), KEY.toLowerCase(), hex, hex.toUpperCase()];
    expect(texts.map((text) => createRedactor([KEY])(`a ${text} b`))).toEqual(texts.map(() => 'a [redacted] b'));
  });

  it('signs that mean something in a pattern stand for themselves', () => {
    const odd = 'a.c*(d)[e]$^|\\/+?{}-é';
    expect(createRedactor([odd])(`x${odd}y`)).toBe('x[redacted]y');
    expect(createRedactor(['a.cdef'])('abcdef')).toBe('abcdef');
  });

  it('the longer of two overlapping secrets goes first', () => {
    expect(createRedactor(['secret', 'secret-longer'])('a secret-longer b secret')).toBe('a [redacted] b [redacted]');
  });

  it('a secret is found backwards, with every character percent-encoded, and both', () => {
    const odd = 'CANARY/5f+1d&0c%9b=7a"3e';
    const flip = (text: string): string => text.split('').reverse().join('');
    const inBytes = (text: string): string => Buffer.from(text).toString('hex').replaceAll(/../g, '%$&');
    const plain = [
      odd,
      inBytes(odd),
      encodeURIComponent(odd),
      Buffer.from(odd).toString('hex'),
      JSON.stringify(odd).slice(1, -1),
    ];
    const shown = [
      ...plain,
      ...plain.map(flip),
      inBytes(odd).toUpperCase(),
      inBytes(flip(odd)),
      encodeURIComponent(flip(odd)),
    ];
    const redact = createRedactor([odd]);
    expect(shown.map((text) => redact(`a ${text} b`))).toEqual(shown.map(() => 'a [redacted] b'));
    for (const text of [
      Buffer.from(`x${flip(odd)}y`).toString('base64'),
      flip(Buffer.from(`x${odd}y`).toString('base64url')),
    ]) {
      expect(redact(text)).toContain('[redacted]');
    }
  });

  it('a secret at every base64 offset is found', () => {
    const redact = createRedactor(['0123456789abcdef']);
    for (const before of ['', 'x', 'xy', 'xyz', 'user:']) {
      for (const after of ['', 'x', 'xy']) {
        const text = Buffer.from(before + '0123456789abcdef' + after).toString('base64');
        expect(redact(text)).toContain('[redacted]');
        expect(Buffer.from(redact(text).replace('[redacted]', ''), 'base64').toString()).not.toContain('3456789abc');
      }
    }
  });
});
