import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { BroadsheetError, EXIT, type ExitCode } from '../../src/base/errors.ts';
import { openStore } from '../../src/store/open-store.ts';

test('a database is made with its folder, for its owner alone, and opened again', async (t) => {
  const file = join(folder(t), 'new', 'deep', 'paper.db');
  const store = await openStore(`sqlite:${file}`);
  assert.equal(statSync(file).mode & 0o077, 0);
  await store.close();
  const again = await openStore(`sqlite:${file}`);
  assert.deepEqual(await again.db.selectFrom('editions').selectAll().execute(), []);
  await again.close();
});

test('what a transaction stored is on the disk, and stays when the program dies', async (t) => {
  const store = await openStore(`sqlite:${join(folder(t), 'paper.db')}`);
  t.after(() => store.close());
  const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(store.db);
  const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(store.db);
  assert.deepEqual([rows[0]?.synchronous, mode.rows[0]?.journal_mode], [2, 'wal']);
});

test('a transaction that fails stores nothing', async (t) => {
  const store = await openStore(`sqlite:${join(folder(t), 'paper.db')}`);
  t.after(() => store.close());
  const failing = store.transaction(async (db) => {
    await db
      .insertInto('senders')
      .values({ id: 'a', host: '', pid: 1, started: '', edition: null, lease_until: '' })
      .execute();
    throw new Error('no');
  });
  await assert.rejects(failing, /no/);
  assert.deepEqual(await store.db.selectFrom('senders').selectAll().execute(), []);
});

test('programs that start at once make the tables once', async (t) => {
  const url = `sqlite:${join(folder(t), 'paper.db')}`;
  const source = new URL('../../src/store/open-store.ts', import.meta.url).href;
  const script = `const { openStore } = await import('${source}'); await (await openStore('${url}')).close();`;
  const run = promisify(execFile);
  await Promise.all(
    [1, 2, 3].map(() => run(process.execPath, ['--input-type=module', '--eval', script])),
  );
});

test('a database of a newer program is refused', async (t) => {
  const file = join(folder(t), 'paper.db');
  await (await openStore(`sqlite:${file}`)).close();
  edit(file, 'update schema_version set version = 1000');
  await refused(`sqlite:${file}`, EXIT.config, /version 1000.*use a newer Broadsheet/);
});

test("another program's database is refused, and left as it is", async (t) => {
  const file = join(folder(t), 'other.db');
  edit(file, 'create table bookmarks (url text)');
  await refused(`sqlite:${file}`, EXIT.config, /another program's database/);
});

test('a file that is no database is refused', async (t) => {
  const file = join(folder(t), 'notes.txt');
  writeFileSync(file, 'Dear diary, today I did not make a database. '.repeat(100));
  await refused(
    `sqlite:${file}`,
    EXIT.config,
    /notes\.txt {2}file is not a database; name another/,
  );
});

test('a path that cannot be a file is a matter of the disk', async (t) => {
  const file = join(folder(t), 'file');
  writeFileSync(file, '');
  await refused(`sqlite:${join(file, 'paper.db')}`, EXIT.disk, /check that its folder can be/);
  await refused(`sqlite:${folder(t)}`, EXIT.disk, /EISDIR/);
});

test('the URL of another kind of database is refused without showing its password', async () => {
  await refused('postgres://u:hunter2@db/x', EXIT.config, /"postgres:" is not a database/);
});

test('an empty database in memory needs no file', async () => {
  const store = await openStore('sqlite::memory:');
  assert.deepEqual(await store.db.selectFrom('deliveries').selectAll().execute(), []);
  await store.close();
  assert.ok(!existsSync(':memory:'));
});

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'broadsheet-store-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function edit(file: string, statement: string): void {
  const database = new DatabaseSync(file);
  database.exec(statement);
  database.close();
}

async function refused(url: string, exitCode: ExitCode, message: RegExp): Promise<void> {
  await assert.rejects(openStore(url), (error) => {
    assert.ok(error instanceof BroadsheetError, String(error));
    assert.equal(error.exitCode, exitCode);
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /hunter2/);
    return true;
  });
}
