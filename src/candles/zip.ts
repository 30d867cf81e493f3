/** The one candle file inside of a zip archive. */
import { crc32, inflateRawSync } from 'node:zlib';
import { errorCode, failed, LARGEST_FILE_BYTES, TOO_LARGE, type Failure } from './bytes.ts';

/** APPNOTE.TXT 4.3: signatures and fixed sizes of the end record, the central directory and the local headers. */
const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

/** What lies beside the candles in archives: checksums, folders, notes, leavings of macOS. */
const NO_CANDIDATE = /(?:^|\/)(?:\.|__MACOSX\/|readme)|\/$|\.(?:checksum|md5|sha\d+|md|pdf|html?)$/i;

interface Member {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly offset: number;
}

/** `name` is the member's own name without folders. */
export type ZipReading = { readonly ok: true; readonly name: string; readonly bytes: Buffer } | Failure;

const DAMAGED = failed('invalid-zip', 'its zip directory is damaged: download it again');

export function isZip(bytes: Buffer): boolean {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return false;
  return (bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6);
}

/** Unpacks the only member that may hold candles. */
export function readZip(archive: Buffer): ZipReading {
  const members = listMembers(archive);
  if (!Array.isArray(members)) return members;
  const candidates = members.filter(({ name }) => !NO_CANDIDATE.test(name));
  const [member] = candidates;
  if (member === undefined) return failed('no-candles', 'the zip archive holds no file with candles');
  if (candidates.length > 1) {
    const detail = `the zip archive holds ${candidates.length} files, e.g. ${shortName(member.name)}: unpack it into a folder`;
    return failed('unsupported-format', detail);
  }
  return unpackMember(archive, member);
}

function listMembers(archive: Buffer): Member[] | Failure {
  const end = findEnd(archive);
  if (end === null) {
    return failed('truncated-zip', `its zip directory is missing, after ${archive.length} bytes: download it again`);
  }
  const count = archive.readUInt16LE(end + 10);
  const start = archive.readUInt32LE(end + 16);
  if (count === 0xffff || start === 0xffffffff) return failed('unsupported-format', 'zip64 is not read: unpack it');
  const members: Member[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > end || archive.readUInt32LE(at) !== ENTRY_SIGNATURE) return DAMAGED;
    const nameBytes = archive.readUInt16LE(at + 28);
    if (at + ENTRY_BYTES + nameBytes > end) return DAMAGED;
    members.push({
      name: archive.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes),
      flags: archive.readUInt16LE(at + 8),
      method: archive.readUInt16LE(at + 10),
      crc: archive.readUInt32LE(at + 16),
      packedBytes: archive.readUInt32LE(at + 20),
      bytes: archive.readUInt32LE(at + 24),
      offset: archive.readUInt32LE(at + 42),
    });
    at += ENTRY_BYTES + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return members;
}

/** The end record stands last, before a comment of unknown length. */
function findEnd(archive: Buffer): number | null {
  const first = Math.max(0, archive.length - END_BYTES - LONGEST_COMMENT);
  for (let at = archive.length - END_BYTES; at >= first; at--) {
    const isEnd = archive.readUInt32LE(at) === END_SIGNATURE;
    if (isEnd && at + END_BYTES + archive.readUInt16LE(at + 20) === archive.length) return at;
  }
  return null;
}

function unpackMember(archive: Buffer, member: Member): ZipReading {
  if ((member.flags & ENCRYPTED) !== 0) return failed('unsupported-format', 'the zip archive is encrypted: unpack it');
  if (member.bytes > LARGEST_FILE_BYTES) return failed('too-large', `unpacked, ${TOO_LARGE}`);
  const { offset } = member;
  if (offset + LOCAL_BYTES > archive.length || archive.readUInt32LE(offset) !== LOCAL_SIGNATURE) return DAMAGED;
  const start = offset + LOCAL_BYTES + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28);
  const packed = archive.subarray(start, start + member.packedBytes);
  if (packed.length !== member.packedBytes) return DAMAGED;
  const bytes = inflate(packed, member);
  if (!Buffer.isBuffer(bytes)) return bytes;
  if (bytes.length !== member.bytes || crc32(bytes) !== member.crc) {
    return failed('invalid-zip', 'its content does not match its checksum: download it again');
  }
  return { ok: true, name: shortName(member.name), bytes };
}

function inflate(packed: Buffer, { method }: Member): Buffer | Failure {
  if (method === STORED) return packed;
  if (method !== DEFLATED) return failed('unsupported-format', `zip method ${method} is not read: unpack it`);
  try {
    return inflateRawSync(packed, { maxOutputLength: LARGEST_FILE_BYTES });
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') return failed('too-large', `unpacked, ${TOO_LARGE}`);
    return failed('invalid-zip', 'its packed content is damaged: download it again');
  }
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
