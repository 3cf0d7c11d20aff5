// A thread of its own: reading a large file takes seconds, which no request should wait for.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** As many of its findings as say enough. */
const MOST_FINDINGS = 3;

function findDamage(file: string): readonly string[] {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 60_000 });
  try {
    const rows = database.prepare(`pragma quick_check(${MOST_FINDINGS})`).all();
    return rows.map((row) => String(row.quick_check)).filter((finding) => finding !== 'ok');
  } finally {
    database.close();
  }
}

parentPort?.postMessage(findDamage(String(workerData)));
