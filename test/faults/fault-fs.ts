import { nodeFileSystem, type AtomicFileSystem } from '../../src/platform/atomic-file.ts';

/**
 * The real file system, whose calls from number `from` to `to` (counted from 1) fail with `code`; a write takes at most
 * `writeBytes`.
 */
export function failingFileSystem(
  from: number,
  to: number,
  writeBytes: number,
  code = 'EIO',
): { readonly fs: AtomicFileSystem; readonly calls: readonly string[] } {
  const calls: string[] = [];
  const counted = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    calls.push(name);
    if (calls.length >= from && calls.length <= to) throw Object.assign(new Error(`${code}: injected`), { code });
    return call();
  };
  const fs: AtomicFileSystem = {
    mkdir: (name) => counted('mkdir', () => nodeFileSystem.mkdir(name)),
    followLinks: (name) => counted('followLinks', () => nodeFileSystem.followLinks(name)),
    look: (name) => counted('look', () => nodeFileSystem.look(name)),
    rename: (a, b) => counted('rename', () => nodeFileSystem.rename(a, b)),
    remove: (name) => counted('remove', () => nodeFileSystem.remove(name)),
    open: (name, flags, mode) =>
      counted(`open ${flags}`, async () => {
        const handle = await nodeFileSystem.open(name, flags, mode);
        return {
          write: (bytes, offset, length) =>
            counted('write', () => handle.write(bytes, offset, Math.min(length, writeBytes))),
          sync: () => counted('sync', () => handle.sync()),
          stat: () => counted('stat', () => handle.stat()),
          chmod: (bits) => counted('chmod', () => handle.chmod(bits)),
          chown: (user, group) => counted('chown', () => handle.chown(user, group)),
          // A close that fails has closed all the same.
          close: async () => {
            await handle.close();
            await counted('close', () => Promise.resolve());
          },
        };
      }),
  };
  return { fs, calls };
}

/** The real file system on a disk with room for `room` bytes, which says so by taking fewer than asked, at last none. */
export function fullFileSystem(room: number): AtomicFileSystem {
  return {
    ...nodeFileSystem,
    open: async (name, flags, mode) => {
      const handle = await nodeFileSystem.open(name, flags, mode);
      const disk = { left: room };
      return {
        write: async (bytes, offset, length) => {
          const { bytesWritten } = await handle.write(bytes, offset, Math.min(length, disk.left));
          disk.left -= bytesWritten;
          return { bytesWritten };
        },
        sync: () => handle.sync(),
        stat: () => handle.stat(),
        chmod: (bits) => handle.chmod(bits),
        chown: (user, group) => handle.chown(user, group),
        close: () => handle.close(),
      };
    },
  };
}
