// A thread of a test: on the word, adds 10 to every sender's process number, after whoever writes.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '../../src/store/open-store.ts';

const store = await openStore(workerData);
parentPort?.postMessage('ready');
if (parentPort !== null) await once(parentPort, 'message');
parentPort?.postMessage('waiting');
await store.db
  .updateTable('senders')
  .set((set) => ({ pid: set('pid', '+', 10) }))
  .execute();
await store.close();
parentPort?.unref();
