import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createProgress } from '../../src/platform/progress.ts';

function terminal(): { stream: Writable; text: () => string } {
  let written = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  Object.assign(stream, { isTTY: true, columns: 120, cursorTo: () => true });
  return { stream, text: () => written };
}

describe('progress', () => {
  it('without a terminal nothing is drawn and lines go through', () => {
    const { stream, text } = terminal();
    const progress = createProgress(stream, { enabled: false });
    const bar = progress.bar('reading', 10);
    bar.update(5, 'note');
    bar.setTotal(12);
    progress.write('line\n');
    progress.stop();
    expect(text()).toBe('line\n');
  });

  it('on a terminal the bars stay with their last state, and no line is lost', () => {
    const { stream, text } = terminal();
    const progress = createProgress(stream, { enabled: true });
    const reading = progress.bar('reading', 10);
    const fetching = progress.bar('fetching', 800);
    reading.update(10);
    fetching.update(120, '4 min left');
    progress.write('[BATCH] one\n[BATCH] two\n');
    fetching.update(800);
    progress.write('[BATCH] three\n');
    progress.stop();
    progress.write('after\n');
    expect(text()).toContain('[BATCH] one\n');
    expect(text()).toContain('[BATCH] two\n');
    expect(text()).toContain('[BATCH] three\n');
    const end = text().slice(text().lastIndexOf('[BATCH] three'));
    expect(end).toMatch(/reading\s+\[#{24}\] 10\/10/);
    expect(end).toMatch(/fetching\s+\[#{24}\] 800\/800 4 min left/);
    expect(text().endsWith('after\n')).toBe(true);
  });

  it.each([120, 80, 60, 40])('a row fits %i columns: first the bar shrinks, then the note is cut', (columns) => {
    const { stream, text } = terminal();
    Object.assign(stream, { columns });
    const progress = createProgress(stream, { enabled: true });
    progress.bar('fetching', 3200).update(120, 'units, request 3 of 160, 1 h 17 min under the quota');
    progress.stop();
    const rows = text()
      .split('\n')
      .filter((row) => row.includes('fetching'));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const shown = stripVTControlCharacters(row.slice(row.indexOf('fetching'))).trimEnd();
      expect(shown.length).toBeLessThan(columns);
      expect(shown).toMatch(
        columns >= 80 ? /120\/3200 units, request 3 of 160, 1 h 17 min un(der|…)/ : /120\/3200 u.*…$/,
      );
    }
  });

  it('a line longer than the terminal is broken at spaces, and nothing of it is lost', () => {
    const { stream, text } = terminal();
    Object.assign(stream, { columns: 40 });
    const progress = createProgress(stream, { enabled: true });
    progress.bar('reading', 10).update(5);
    progress.write('[SANDBOX] Series come from the built-in server and are made up.\n');
    progress.stop();
    expect(text()).toContain('[SANDBOX] Series come from the built-in\n');
    expect(text()).toContain('server and are made up.\n');
  });

  it('the cursor is never hidden and wrapping never switched off', () => {
    const { stream, text } = terminal();
    const progress = createProgress(stream, { enabled: true });
    progress.bar('reading', 1).update(1);
    progress.stop();
    expect(text()).not.toContain('\u001b[?25l');
    expect(text()).not.toContain('\u001b[?7l');
  });

  it('stopping twice, or without a bar, draws nothing', () => {
    const { stream, text } = terminal();
    const progress = createProgress(stream, { enabled: true });
    progress.write('line\n');
    progress.stop();
    progress.stop();
    expect(text()).toBe('line\n');
  });

  it('nothing keeps the process alive after stop', () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const { stream } = terminal();
    const progress = createProgress(stream, { enabled: true });
    progress.bar('reading', 2).update(1);
    progress.write('x\n');
    progress.stop();
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(before);
  });
});
