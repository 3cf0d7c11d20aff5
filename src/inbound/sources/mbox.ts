import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Store } from '../../database/open-store.ts';
import type { Clock } from '../../kernel/clock.ts';
import { sleep } from '../../kernel/sleep.ts';
import { MOST_BYTES } from '../mail/parse-mail.ts';
import { readPosition, savePosition } from '../queries/read-positions.ts';
import { LOOK_MS, type MailSource, type Take } from './mail-source.ts';

/** How far the file was read. */
interface Position {
  readonly offset: number;
  /** Of the beginning of the file: another file of this name is read from its start. */
  readonly fingerprint: string;
  /** How much of the file it is of. */
  readonly fingerprinted: number;
}

const START: Position = { offset: 0, fingerprint: '', fingerprinted: 0 };
const FINGERPRINT_BYTES = 1024;
/** The position is saved after so many mails. After a crash, these are read again. */
const SAVE_EVERY = 100;
/** A mail server that writes a mail changes the file again within this time. */
const STILL_MS = 5000;
const CHUNK_BYTES = 65_536;

/**
 * A file in mbox format, which is only read, never changed. A mail begins at a line `From ` after an empty
 * line (mboxrd). The last one counts when the file has not changed for some seconds: its writer may not be
 * finished. `clock` is the machine's own.
 */
export function openMbox(
  path: string,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): MailSource {
  const source = `mbox ${path}`;
  return {
    name: 'mbox',
    async read(take, signal) {
      const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
        // A mail client, or a rotation, removes an empty one. The next mail makes it again.
        if (error.code !== 'ENOENT') throw error;
      });
      if (file === undefined) return;
      try {
        const { size, mtimeMs } = await file.stat();
        const position = await checkPosition(file, size, await readPosition(store.db, source));
        const isStill = clock().epochMilliseconds - mtimeMs >= STILL_MS;
        let unsaved = 0;
        const save = async (offset: number) => {
          await savePosition(store.db, source, await positionAt(file, offset));
          unsaved = 0;
        };
        const end = await readMails(file, { from: position.offset, to: size, isStill }, signal, {
          take,
          async taken(offset) {
            unsaved += 1;
            if (unsaved >= SAVE_EVERY) await save(offset);
          },
        });
        if (end !== position.offset) await save(end);
      } finally {
        await file.close();
      }
    },
    wait: (signal) => sleep(LOOK_MS, signal),
    close: async () => {},
  };
}

/** Where to go on. The start, if this is another file than before, or a shorter one. */
async function checkPosition(
  file: FileHandle,
  size: number,
  saved: Readonly<Record<string, unknown>> | undefined,
): Promise<Position> {
  const position = (saved as Position | undefined) ?? START;
  if (size < position.offset) return START;
  const is = await fingerprintOf(file, position.fingerprinted);
  return is === position.fingerprint || position.offset === 0 ? position : START;
}

async function positionAt(file: FileHandle, offset: number) {
  const fingerprinted = Math.min(offset, FINGERPRINT_BYTES);
  return { offset, fingerprinted, fingerprint: await fingerprintOf(file, fingerprinted) };
}

async function fingerprintOf(file: FileHandle, length: number): Promise<string> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, 0);
  return createHash('sha256').update(bytes.subarray(0, bytesRead)).digest('base64url');
}

const SEPARATOR = Buffer.from('\n\nFrom ');
/** With the line ends of Windows. */
const SEPARATOR_CRLF = Buffer.from('\n\r\nFrom ');
const OVERLAP = SEPARATOR_CRLF.length - 1;

/**
 * Takes the mails between two offsets. Returns the offset up to which all are taken. In memory are a chunk
 * and the beginning of one mail.
 */
async function readMails(
  file: FileHandle,
  { from, to, isStill }: { readonly from: number; readonly to: number; readonly isStill: boolean },
  signal: AbortSignal,
  { take, taken }: { readonly take: Take; readonly taken: (offset: number) => Promise<void> },
): Promise<number> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let start = from;
  let searched = from;
  while (!signal.aborted) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK_BYTES, to - searched), searched);
    // Cut meanwhile.
    if (bytesRead === 0 && searched < to) return start;
    const bytes = chunk.subarray(0, bytesRead);
    const found = separatorIn(bytes);
    if (found >= 0) {
      const end = searched + found;
      await takeBetween(file, start, end, take);
      await taken(end);
      start = end;
      searched = end;
    } else if (searched + bytesRead >= to) {
      if (!isStill || start >= to) return start;
      await takeBetween(file, start, to, take);
      return to;
    } else {
      searched += Math.max(1, bytesRead - OVERLAP);
    }
  }
  return start;
}

/** Where the next mail begins in `bytes`, with its `From `; negative if none does. */
function separatorIn(bytes: Buffer): number {
  const plain = bytes.indexOf(SEPARATOR);
  const crlf = bytes.indexOf(SEPARATOR_CRLF);
  if (plain >= 0 && (crlf < 0 || plain < crlf)) return plain + 2;
  return crlf < 0 ? -1 : crlf + 3;
}

/** Takes a mail without its `From ` line. Text before the first mail is no mail. */
async function takeBetween(
  file: FileHandle,
  start: number,
  end: number,
  take: Take,
): Promise<void> {
  const bytes = Buffer.alloc(Math.min(end - start, MOST_BYTES));
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
  const first = bytes.findIndex((byte) => byte !== 10 && byte !== 13);
  const mail = bytes.subarray(Math.max(0, first), bytesRead);
  if (!mail.subarray(0, 5).equals(Buffer.from('From '))) return;
  const line = mail.indexOf('\n') + 1;
  await take({ bytes: mail.subarray(line), sizeBytes: end - start - first - line });
}
