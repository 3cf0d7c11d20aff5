// A separate thread: reading a large file takes seconds, and no request should wait for it.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** The number of findings to report. */
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
