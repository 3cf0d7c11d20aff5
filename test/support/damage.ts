import { closeSync, openSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * Does to a SQLite file what a bad disk does: overwrites a page that hardly any query reads. The
 * file may be open.
 */
export function damageFile(file: string): void {
  const database = new DatabaseSync(file);
  database.exec('pragma wal_checkpoint(truncate)');
  const row = database
    .prepare("select rootpage from sqlite_schema where name = 'sign_ups_by_ip'")
    .get();
  const size = database.prepare('pragma page_size').get();
  database.close();
  const pageBytes = Number(size?.page_size);
  const handle = openSync(file, 'r+');
  writeSync(
    handle,
    Buffer.alloc(pageBytes, 0xa5),
    0,
    pageBytes,
    (Number(row?.rootpage) - 1) * pageBytes,
  );
  closeSync(handle);
}
