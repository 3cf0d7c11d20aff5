import { workerData } from 'node:worker_threads';
import { openInherited } from '../generators/find-generators.ts';
import { languageFolders } from '../generators/language-folders.ts';
import { encodeFiles } from './post-cache.ts';
import type { ReadOrder } from './read-apart.ts';
import { readFile } from './read-file.ts';

// The program of a thread that reads posts: see `readApart`.

/** Posts in one message. A text takes less memory than posts. */
const AT_ONCE = 500;

const { folder, files, all, site, settings, done, port } = workerData as ReadOrder;
try {
  const context = {
    site,
    settings,
    inherited: openInherited(settings.generator, folder),
    languageOfFolder: languageFolders(all),
  };
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const read = files.slice(at, at + AT_ONCE).flatMap((file) => {
      const { bytesHash, content } = readFile(folder, file, context);
      return bytesHash === undefined
        ? []
        : [[file, { bytesHash, inherited: '', content }] as const];
    });
    port.postMessage(encodeFiles(read));
  }
} finally {
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
  port.close();
}
