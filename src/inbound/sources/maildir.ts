import { constants } from 'node:fs';
import { open, opendir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { sleep } from '../../kernel/sleep.ts';
import { MOST_BYTES } from '../mail/parse-mail.ts';
import { LOOK_MS, type MailSource, type SourceMail } from './mail-source.ts';

/**
 * A folder in Maildir format. Mails are in `new`; a mail that was taken is moved to `cur`, marked as seen.
 * So none is read twice, and a mail client sees all of them.
 */
export function openMaildir(folder: string): MailSource {
  return {
    name: 'maildir',
    async read(take, signal) {
      const entries = await opendir(join(folder, 'new')).catch((cause: unknown) => {
        const remedy = 'name a folder with new, cur and tmp in inbound.maildir';
        const fact = `cannot be read: ${reasonOf(cause)}`;
        throw new BroadsheetError(EXIT.unavailable, `${folder}  ${fact}; ${remedy}`, { cause });
      });
      let failure: unknown;
      // Closes the folder at its end. A file that is moved meanwhile does not change which others follow.
      for await (const { name } of entries) {
        if (signal.aborted) return;
        if (name.startsWith('.')) continue;
        const path = join(folder, 'new', name);
        const mail = await readStart(path).catch((error: unknown) => {
          // A mail that cannot be read must not delay the others.
          failure ??= error;
        });
        if (mail === undefined) continue;
        await take(mail);
        await rename(path, join(folder, 'cur', `${name}:2,S`)).catch(ignoreMissing);
      }
      if (failure !== undefined) throw failure;
    },
    wait: (signal) => sleep(LOOK_MS, signal),
    close: async () => {},
  };
}

/** The beginning of a file. Undefined if it is gone: another program has read it; or if it is no file. */
async function readStart(path: string): Promise<SourceMail | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(ignoreMissing);
  if (file === undefined) return undefined;
  try {
    const status = await file.stat();
    if (!status.isFile()) return undefined;
    const bytes = Buffer.alloc(Math.min(status.size, MOST_BYTES));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return { bytes: bytes.subarray(0, bytesRead), sizeBytes: status.size };
  } finally {
    await file.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  // ELOOP: a symbolic link.
  if (error.code !== 'ENOENT' && error.code !== 'ELOOP') throw error;
}
