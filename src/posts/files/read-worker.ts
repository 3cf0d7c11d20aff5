import { workerData } from 'node:worker_threads';
import { openInherited } from '../generators/find-generators.ts';
import { languageFolders } from '../generators/language-folders.ts';
import { encodeFiles } from './post-cache.ts';
import { type ReadOrder, takePart } from './read-apart.ts';
import { readFile } from './read-file.ts';

// The program of a thread that reads posts: see `readApart`.

const { folder, parts, takers, thread, all, site, settings, done, port } = workerData as ReadOrder;
try {
  const context = {
    site,
    settings,
    inherited: openInherited(settings.generator, folder),
    languageOfFolder: languageFolders(all),
  };
  for (const [at, files] of [...parts.entries()].reverse()) {
    if (!takePart(takers, at, thread)) continue;
    const read = files.flatMap((file) => {
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
