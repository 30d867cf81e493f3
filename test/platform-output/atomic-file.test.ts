import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem, writeFileAtomic, type AtomicFileSystem } from '../../src/platform/atomic-file.ts';
import { removeDeadTemps } from '../../src/platform/temps.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { failingFileSystem, fullFileSystem } from '../faults/fault-fs.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'perpscan-atomic-'));
  file = path.join(folder, 'master_feed.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Every 1,000 bytes are one write. */
const failing = (from: number, to: number): ReturnType<typeof failingFileSystem> => failingFileSystem(from, to, 1_000);

const OLD = 'old '.repeat(100);
const NEW = 'new, and longer '.repeat(200);

describe('writeFileAtomic', () => {
  it('writes the whole text as UTF-8 and leaves no temp', async () => {
    expect(await writeFileAtomic(file, 'é\n')).toEqual({ ok: true, bytes: 3, warning: null });
    expect(readFileSync(file, 'utf8')).toBe('é\n');
    expect(readdirSync(folder)).toEqual(['master_feed.json']);
    expect(statSync(file).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  it('pieces of any size make the text that they are one after the other', async () => {
    const sizes = [0, 1, 87_380, 87_381, 87_382, 262_144, 3, 400_000, 5];
    const pieces = sizes.map((size, index) => ['龙', 'é', 'x'][index % 3]!.repeat(size));
    const inBytes = pieces.map((piece, index) => (index % 2 === 0 ? piece : Buffer.from(piece)));
    expect((await writeFileAtomic(file, inBytes)).ok).toBe(true);
    expect(readFileSync(file, 'utf8') === pieces.join('')).toBe(true);
    const written = await writeFileAtomic(file, pieces);
    expect(readFileSync(file, 'utf8') === pieces.join('')).toBe(true);
    expect(written).toEqual({ ok: true, bytes: Buffer.byteLength(pieces.join('')), warning: null });
  });

  it('pieces that cannot be made leave the old file and no temp', async () => {
    writeFileSync(file, OLD);
    function* broken(): Generator<string> {
      yield NEW;
      throw new Error('no more of it');
    }
    expect(await writeFileAtomic(file, broken())).toMatchObject({
      ok: false,
      detail: expect.stringContaining('no more of it'),
    });
    expect(readFileSync(file, 'utf8')).toBe(OLD);
    expect(readdirSync(folder)).toEqual(['master_feed.json']);
  });

  it('makes missing folders', async () => {
    const deep = path.join(folder, 'a', 'b', 'feed.json');
    expect((await writeFileAtomic(deep, 'x')).ok).toBe(true);
    expect(readFileSync(deep, 'utf8')).toBe('x');
  });

  it('a link stays a link and the file it leads to is replaced', async () => {
    const real = path.join(folder, 'elsewhere.json');
    writeFileSync(real, OLD);
    symlinkSync(real, file);
    expect((await writeFileAtomic(file, NEW)).ok).toBe(true);
    expect(realpathSync(file)).toBe(real);
    expect(readFileSync(real, 'utf8')).toBe(NEW);
  });

  it('a link that leads to nothing yet is followed, also one after the other and into a folder that is not there', async () => {
    const real = path.join(folder, 'later', 'elsewhere.json');
    symlinkSync(path.join('later', 'elsewhere.json'), path.join(folder, 'second.json'));
    symlinkSync(path.join(folder, 'second.json'), file);
    expect(await writeFileAtomic(file, NEW)).toMatchObject({ ok: true, warning: null });
    expect(readFileSync(real, 'utf8')).toBe(NEW);
    expect([readlinkSync(file), readdirSync(folder).sort()]).toEqual([
      path.join(folder, 'second.json'),
      ['later', 'master_feed.json', 'second.json'],
    ]);
  });

  it.each([0o600, 0o640, 0o664, 0o444, 0o666])('keeps the mode of the old file: %i', async (mode) => {
    writeFileSync(file, OLD);
    chmodSync(file, mode);
    expect(await writeFileAtomic(file, NEW)).toMatchObject({ ok: true, warning: null });
    expect(statSync(file).mode & 0o777).toBe(mode);
    expect(readFileSync(file, 'utf8')).toBe(NEW);
  });

  it('is never readable by more than the old file, not even before it stands', async () => {
    writeFileSync(file, OLD);
    chmodSync(file, 0o600);
    const modes: number[] = [];
    await writeFileAtomic(file, NEW, {
      ...nodeFileSystem,
      open: async (name, flags, mode) => {
        const handle = await nodeFileSystem.open(name, flags, mode);
        modes.push(statSync(name).mode & 0o077);
        return handle;
      },
    });
    expect(modes[0]).toBe(0);
  });

  it.skipIf(process.getuid?.() !== 0)('keeps the group of the old file (as superuser)', async () => {
    writeFileSync(file, OLD);
    chownSync(file, 0, 12_345);
    chmodSync(file, 0o640);
    expect(await writeFileAtomic(file, NEW)).toMatchObject({ ok: true, warning: null });
    const { gid, mode } = statSync(file);
    expect([gid, mode & 0o777]).toEqual([12_345, 0o640]);
  });

  it('a disk that knows no modes or refuses the group gets the new file all the same, with a warning', async () => {
    writeFileSync(file, OLD);
    const refuse = (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code: 'EPERM' }));
    const fs: AtomicFileSystem = {
      ...nodeFileSystem,
      look: () => Promise.resolve({ isSpecial: false, mode: 0o604, gid: 54_321 }),
      open: async (name, flags, mode) => {
        const handle = await nodeFileSystem.open(name, flags, flags === 'wx' ? 0o600 : mode);
        return Object.assign(handle, { chmod: refuse, chown: refuse });
      },
    };
    expect(await writeFileAtomic(file, NEW, fs)).toEqual({
      ok: true,
      bytes: NEW.length,
      warning: expect.stringMatching(/^the group of .* \(EPERM\).*; the mode of .* \(EPERM\)/) as string,
    });
    expect(readFileSync(file, 'utf8')).toBe(NEW);
  });

  describe.each(['EACCES', 'EPERM', 'EBUSY'])('a rename that is blocked with %s', (code) => {
    const blocked = (times: number): { readonly fs: AtomicFileSystem; readonly tries: () => number } => {
      let tries = 0;
      const rename: AtomicFileSystem['rename'] = async (from, to) => {
        tries += 1;
        if (tries <= times) throw Object.assign(new Error('held'), { code });
        await nodeFileSystem.rename(from, to);
      };
      return { fs: { ...nodeFileSystem, rename }, tries: () => tries };
    };

    it('for a moment is tried again', async () => {
      writeFileSync(file, OLD);
      const clock = new FakeClock();
      const { fs } = blocked(19);
      expect(await clock.until(writeFileAtomic(file, NEW, fs, clock))).toMatchObject({ ok: true, warning: null });
      expect(readFileSync(file, 'utf8')).toBe(NEW);
      expect(clock.monotonic()).toBeLessThan(2_000);
    });

    it('for longer than two seconds keeps the old file and leaves no temp', async () => {
      writeFileSync(file, OLD);
      const clock = new FakeClock();
      const { fs, tries } = blocked(Infinity);
      expect(await clock.until(writeFileAtomic(file, NEW, fs, clock))).toMatchObject({ ok: false, code });
      expect([clock.monotonic(), tries()]).toEqual([2_000, 21]);
      expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual([OLD, ['master_feed.json']]);
    });
  });

  it('a rename that fails for another reason is not tried again', async () => {
    const clock = new FakeClock();
    const rename = (): Promise<never> => Promise.reject(Object.assign(new Error('broken'), { code: 'EIO' }));
    const result = await writeFileAtomic(file, NEW, { ...nodeFileSystem, rename }, clock);
    expect([result.ok, clock.monotonic()]).toEqual([false, 0]);
  });

  it('the order is write, flush, check, rename, flush of the folder', async () => {
    const { fs, calls } = failing(Infinity, Infinity);
    writeFileSync(file, OLD);
    await writeFileAtomic(file, NEW, fs);
    const expected = [
      'followLinks',
      'mkdir',
      'look',
      'open wx',
      'stat',
      'write',
      'write',
      'write',
      'write',
      'sync',
      'stat',
      'close',
    ];
    expect(calls).toEqual([...expected, 'rename', 'open r', 'sync', 'close']);
  });

  it('whichever call fails: the old file or the new one, never half, and no temp', async () => {
    const { calls } = failing(Infinity, Infinity);
    const counting = failing(Infinity, Infinity);
    writeFileSync(file, OLD);
    await writeFileAtomic(file, NEW, counting.fs);
    expect(calls).toEqual([]);
    for (let call = 1; call <= counting.calls.length; call += 1) {
      writeFileSync(file, OLD);
      const { fs, calls: made } = failing(call, call);
      const result = await writeFileAtomic(file, NEW, fs);
      const place = `call ${call} (${made[call - 1]})`;
      expect(readdirSync(folder), place).toEqual(['master_feed.json']);
      expect(readFileSync(file, 'utf8'), place).toBe(result.ok ? NEW : OLD);
      if (result.ok) expect(result.warning, place).toContain('may not survive a power cut');
      else expect(result, place).toMatchObject({ code: 'EIO', detail: expect.stringContaining(file) });
    }
  });

  it('when everything fails from some call on, as when the process dies there: old or new, never half', async () => {
    const counting = failing(Infinity, Infinity);
    writeFileSync(file, OLD);
    await writeFileAtomic(file, NEW, counting.fs);
    for (let call = 1; call <= counting.calls.length; call += 1) {
      writeFileSync(file, OLD);
      await writeFileAtomic(file, NEW, failing(call, Infinity).fs);
      expect([OLD, NEW]).toContain(readFileSync(file, 'utf8'));
    }
  });

  it('a disk that takes no more bytes without saying so is full', async () => {
    writeFileSync(file, OLD);
    const result = await writeFileAtomic(file, NEW, fullFileSystem(1_000));
    expect(result).toMatchObject({ ok: false, code: 'ENOSPC', detail: expect.stringContaining('free some space') });
    expect(readFileSync(file, 'utf8')).toBe(OLD);
    expect(readdirSync(folder)).toEqual(['master_feed.json']);
  });

  it('a size that is not what was written is a failure', async () => {
    writeFileSync(file, OLD);
    const fs: AtomicFileSystem = {
      ...nodeFileSystem,
      open: async (name, flags, mode) => {
        const handle = await nodeFileSystem.open(name, flags, mode);
        return {
          write: (bytes, offset, length) => handle.write(bytes, offset, length),
          sync: () => handle.sync(),
          stat: async () => ({ ...(await handle.stat()), size: 7 }),
          chmod: (bits) => handle.chmod(bits),
          chown: (user, group) => handle.chown(user, group),
          close: () => handle.close(),
        };
      },
    };
    expect(await writeFileAtomic(file, NEW, fs)).toMatchObject({ ok: false, code: 'EIO' });
    expect(readFileSync(file, 'utf8')).toBe(OLD);
    expect(readdirSync(folder)).toEqual(['master_feed.json']);
  });

  it('a folder or a file in the way is named with its remedy', async () => {
    expect(await writeFileAtomic(folder, 'x')).toMatchObject({
      ok: false,
      code: 'EISDIR',
      detail: expect.stringContaining('name a file'),
    });
    writeFileSync(file, OLD);
    const below = path.join(file, 'feed.json');
    expect(await writeFileAtomic(below, 'x')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('choose another place'),
    });
  });

  it('a pipe or device is not replaced by a file', async () => {
    execFileSync('mkfifo', [file]);
    expect(await writeFileAtomic(file, NEW)).toMatchObject({
      ok: false,
      code: 'not-a-file',
      detail: expect.stringContaining('name a file'),
    });
    expect(statSync(file).isFIFO()).toBe(true);
    expect(readdirSync(folder)).toEqual(['master_feed.json']);
  });

  it('a reader at full speed never sees half a file', async () => {
    const generation = (n: number): string => JSON.stringify({ n, filler: String(n).repeat(50_000), end: n });
    writeFileSync(file, generation(0));
    const finished = new AbortController();
    const reading = (async () => {
      let seen = 0;
      while (!finished.signal.aborted) {
        const { n, end } = JSON.parse(readFileSync(file, 'utf8')) as { n: number; end: number };
        expect(end).toBe(n);
        seen += 1;
        await setImmediate();
      }
      return seen;
    })();
    for (let n = 1; n <= 40; n += 1) expect((await writeFileAtomic(file, generation(n))).ok).toBe(true);
    finished.abort();
    expect(await reading).toBeGreaterThan(5);
  });
});

describe('removeDeadTemps', () => {
  it('temps of dead processes go; those of living ones and other files stay', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    const dead = child.pid!;
    await once(child, 'exit');
    const orphan = `master_feed.json.${dead}.0123456789ab.tmp`;
    const others = [
      `master_feed.json.${process.ppid}.0123456789ab.tmp`,
      `other.json.${dead}.0123456789ab.tmp`,
      `master_feed.json.${dead}.tmp`,
      'master_feed.json.backup.tmp',
      'master_feed.json',
    ].sort();
    for (const name of [orphan, ...others]) writeFileSync(path.join(folder, name), 'x');
    expect(await removeDeadTemps(file)).toEqual({ removed: [orphan], problems: [] });
    expect(readdirSync(folder).sort()).toEqual(others);
  });

  it('a temp with the id of this process that it does not write is of an earlier one, as in containers', async () => {
    const name = `master_feed.json.${process.pid}.0123456789ab.tmp`;
    writeFileSync(path.join(folder, name), 'x');
    const fs: AtomicFileSystem = {
      ...nodeFileSystem,
      rename: async (from, to) => {
        expect((await removeDeadTemps(file)).removed).toEqual([name]);
        await nodeFileSystem.rename(from, to);
      },
    };
    expect((await writeFileAtomic(file, NEW, fs)).ok).toBe(true);
    expect(readdirSync(folder)).toEqual(['master_feed.json']);
  });

  it('a missing folder holds none', async () => {
    expect(await removeDeadTemps(path.join(folder, 'missing', 'feed.json'))).toEqual({ removed: [], problems: [] });
  });

  it('the temp of a writer that was killed is removed by the next run', async () => {
    writeFileSync(file, OLD);
    const module = path.join(import.meta.dirname, '../../src/platform/atomic-file.ts');
    const script = `
      import { nodeFileSystem, writeFileAtomic } from ${JSON.stringify(module)};
      await writeFileAtomic(${JSON.stringify(file)}, 'new', { ...nodeFileSystem, rename: () => process.kill(process.pid, 'SIGKILL') });`;
    const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '-e', script], { stdio: 'inherit' });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    expect(readdirSync(folder)).toHaveLength(2);
    expect((await removeDeadTemps(file)).removed).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['master_feed.json']);
    expect(readFileSync(file, 'utf8')).toBe(OLD);
  });
});
