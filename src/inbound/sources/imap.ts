import type { ImapFlow } from 'imapflow';
import type { Store } from '../../database/open-store.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { sleep } from '../../kernel/sleep.ts';
import type { InboundSettings } from '../../settings/settings.ts';
import { MOST_BYTES } from '../mail/parse-mail.ts';
import { readPosition, savePosition } from '../queries/read-positions.ts';
import type { MailSource, Take } from './mail-source.ts';

type ImapSettings = NonNullable<InboundSettings['imap']>;

/** How far a mailbox was read: all UIDs up to `uid` (RFC 9051 §2.3.1.1). */
interface Position {
  /** If the server changes it, its UIDs mean other mails: all are read again. */
  readonly uidValidity: string;
  readonly uid: number;
}

/** Each with at most `MOST_BYTES`, in memory at the same time. */
const AT_ONCE = 10;
/** Servers that do not support IDLE are asked so often. */
const LOOK_MS = 60_000;
const CONNECT_MS = 30_000;

/**
 * A mailbox on an IMAP server. Mails stay there, and stay unread, unless `moveTo` names another mailbox.
 * The connection stays open, and the server reports new mails (IDLE).
 */
export function openImap(
  settings: ImapSettings,
  { store, password }: { readonly store: Store; readonly password: string | undefined },
): MailSource {
  const { host, port, user, mailbox, moveTo } = settings;
  const source = `imap ${user} ${host}:${port} ${mailbox}`;
  let client: ImapFlow | undefined;
  const close = async () => {
    const open = client;
    client = undefined;
    open?.close();
  };
  return {
    name: 'imap',
    async read(take, signal) {
      if (client === undefined || !client.usable) {
        await close();
        client = await connect(settings, password);
      }
      // A stop during a command does not wait for a server that is silent.
      const stop = () => void close();
      signal.addEventListener('abort', stop, { once: true });
      // An error of the database is not one of the server.
      let failed: { readonly error: unknown } | undefined;
      const taking: Take = async (mail) => {
        await take(mail).catch((error: unknown) => {
          failed = { error };
          throw error;
        });
      };
      try {
        await readNew(client, { store, source, moveTo, take: taking, signal });
      } catch (error) {
        await close();
        if (failed !== undefined) throw failed.error;
        if (!signal.aborted) throw describe(error, settings);
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    async wait(signal) {
      const { promise: arrived, resolve } = Promise.withResolvers<void>();
      const open = client;
      const wake = () => resolve();
      for (const event of ['exists', 'close'] as const) open?.on(event, wake);
      await sleep(LOOK_MS, signal, [arrived]);
      for (const event of ['exists', 'close'] as const) open?.off(event, wake);
    },
    close,
  };
}

/** Connects, logs in and opens the mailbox. Throws a `BroadsheetError` without the password. */
async function connect(settings: ImapSettings, password: string | undefined): Promise<ImapFlow> {
  const { host, port, tls, user, mailbox, moveTo } = settings;
  if (password === undefined) {
    throw new BroadsheetError(
      EXIT.config,
      'BROADSHEET_IMAP_PASSWORD  is not set; set it to the password of inbound.imap',
    );
  }
  // It takes a moment to load, and most publishers do without it.
  const { ImapFlow: Client } = await import('imapflow');
  const client = new Client({
    ...{ host, port, secure: tls === 'yes', doSTARTTLS: tls === 'starttls' },
    ...{ auth: { user, pass: password }, logger: false, connectionTimeout: CONNECT_MS },
  });
  // Else an error between two commands would end the process. The next command fails by itself.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.mailboxOpen(mailbox, { readOnly: moveTo === undefined });
    return client;
  } catch (error) {
    client.close();
    throw describe(error, settings);
  }
}

/** Reads all mails after the saved position. */
async function readNew(
  client: ImapFlow,
  options: {
    readonly store: Store;
    readonly source: string;
    readonly moveTo: string | undefined;
    readonly take: Take;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { store, source, moveTo, take, signal } = options;
  const { mailbox } = client;
  if (mailbox === false) throw new Error('the mailbox is closed');
  const uidValidity = String(mailbox.uidValidity);
  const saved = (await readPosition(store.db, source)) as Position | undefined;
  const last = saved?.uidValidity === uidValidity ? saved.uid : 0;
  // `n:*` also returns the last mail if its UID is smaller (RFC 9051 §6.4.9).
  const found = (await client.search({ uid: `${last + 1}:*` }, { uid: true })) || [];
  const uids = found.filter((uid) => uid > last).toSorted((a, b) => a - b);
  for (let at = 0; at < uids.length && !signal.aborted; at += AT_ONCE) {
    const page = uids.slice(at, at + AT_ONCE);
    const query = { uid: true, size: true, source: { start: 0, maxLength: MOST_BYTES } };
    for await (const mail of client.fetch(page.join(','), query, { uid: true })) {
      const { source: bytes, size } = mail;
      // Without its text, another program has just deleted it.
      if (bytes !== undefined) await take({ bytes, sizeBytes: size ?? bytes.length });
    }
    await savePosition(store.db, source, { uidValidity, uid: page.at(-1) });
    if (moveTo !== undefined) await move(client, page, moveTo);
  }
}

async function move(client: ImapFlow, uids: readonly number[], mailbox: string): Promise<void> {
  const range = uids.join(',');
  if (await client.messageMove(range, mailbox, { uid: true })) return;
  await client.mailboxCreate(mailbox);
  if (await client.messageMove(range, mailbox, { uid: true })) return;
  throw new Error(`mails cannot be moved to ${mailbox}`);
}

/** An error of the server or the network, with the place and a remedy. */
function describe(error: unknown, { host, port }: ImapSettings): unknown {
  // An error of the database, or of our own.
  if (error instanceof BroadsheetError || !(error instanceof Error)) return error;
  const { code, responseText, authenticationFailed } = error as Error & {
    readonly code?: string;
    readonly responseText?: string;
    readonly authenticationFailed?: boolean;
  };
  const place = `${host}:${port}`;
  if (authenticationFailed) {
    const remedy = 'check inbound.imap.user and BROADSHEET_IMAP_PASSWORD';
    return new BroadsheetError(
      EXIT.unavailable,
      `${place}  refuses the login: ${responseText ?? error.message}; ${remedy}`,
      { cause: error },
    );
  }
  if (code === undefined && responseText === undefined) return error;
  const fact = responseText ?? error.message;
  return new BroadsheetError(EXIT.unavailable, `${place}  the IMAP server: ${fact}`, {
    cause: error,
  });
}
