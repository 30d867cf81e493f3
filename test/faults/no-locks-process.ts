/** Loaded before a program: no file can be locked, as on a disk that knows no locks. SQLite calls that busy. */
import { DatabaseSync } from 'node:sqlite';

// oxlint-disable-next-line typescript/unbound-method -- it is called on its own object below
const exec = DatabaseSync.prototype.exec;
DatabaseSync.prototype.exec = function locking(this: DatabaseSync, sql: string): void {
  if (sql.startsWith('BEGIN EXCLUSIVE')) throw Object.assign(new Error('database is locked'), { errcode: 5 });
  exec.call(this, sql);
};
