import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { cleanUpAfter } from './clean-up-after.ts';

/** A mail in a mailbox of the server. */
interface StoredMail {
  readonly uid: number;
  readonly bytes: Buffer;
}

export interface ImapServer {
  readonly port: number;
  /** The lines of clients, without their tags. */
  readonly commands: string[];
  /** The mails of each mailbox. */
  readonly mailboxes: Map<string, StoredMail[]>;
  uidValidity: number;
  /** Puts a mail into INBOX, and reports it to those who wait. */
  deliver(bytes: Uint8Array): void;
  /** Breaks all connections. */
  disconnect(): void;
}

/**
 * As much of an IMAP server (RFC 9051) as `imapflow` needs to read a mailbox: one user, `bounces` with the
 * password `secret`, without encryption.
 */
export async function openImapServer(t: TestContext): Promise<ImapServer> {
  const sockets = new Set<Socket>();
  const mailboxes = new Map<string, StoredMail[]>([['INBOX', []]]);
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    serve(socket, imap);
  });
  const imap: ImapServer = {
    ...{ port: 0, commands: [], mailboxes, uidValidity: 1 },
    deliver(bytes) {
      const inbox = mailboxes.get('INBOX') ?? [];
      inbox.push({ uid: (inbox.at(-1)?.uid ?? 0) + 1, bytes: Buffer.from(bytes) });
      for (const socket of sockets) socket.write(`* ${inbox.length} EXISTS\r\n`);
    },
    disconnect: () => sockets.forEach((socket) => void socket.destroy()),
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfter(t, async () => {
    imap.disconnect();
    server.close();
    await once(server, 'close');
  });
  return Object.assign(imap, { port: (server.address() as AddressInfo).port });
}

function serve(socket: Socket, imap: ImapServer): void {
  const send = (...lines: readonly string[]) =>
    socket.write(lines.map((line) => `${line}\r\n`).join(''));
  const inbox = () => imap.mailboxes.get('INBOX') ?? [];
  let idle = '';
  let buffer = '';
  send('* OK [CAPABILITY IMAP4rev1 MOVE IDLE UIDPLUS] ready');
  const answer = (line: string) => {
    const [tag = '', name = '', ...rest] = line.split(' ');
    const command = [name.toUpperCase(), ...rest].join(' ');
    if (command === 'DONE' || line === 'DONE') {
      send(`${idle} OK done`);
      return;
    }
    imap.commands.push(command);
    const uids = (set = '') =>
      set.split(',').flatMap((range) => {
        const [from = '', to = from] = range.split(':');
        const first = indexOf(inbox(), Number(from));
        return to === '*'
          ? inbox().slice(Math.min(first, inbox().length - 1))
          : inbox().slice(first, indexOf(inbox(), Number(to) + 1));
      });
    const [verb, ...args] = command.startsWith('UID ')
      ? command.slice(4).split(' ')
      : command.split(' ');
    switch (verb?.toUpperCase()) {
      case 'LOGIN':
        if (!/"?bounces"? "?secret"?$/.test(args.join(' '))) {
          return send(`${tag} NO [AUTHENTICATIONFAILED] wrong password`);
        }
        return send(`${tag} OK [CAPABILITY IMAP4rev1 MOVE IDLE UIDPLUS] logged in`);
      case 'CAPABILITY':
        return send('* CAPABILITY IMAP4rev1 MOVE IDLE UIDPLUS', `${tag} OK done`);
      case 'LIST':
      case 'LSUB':
        // `LIST "" ""` asks for the prefix of names, and there is none.
        return send(
          args[1] === '""' ? `* ${verb} (Noselect) "/" ""` : `* ${verb} () "/" INBOX`,
          `${tag} OK done`,
        );
      case 'SELECT':
      case 'EXAMINE':
        return send(
          ...['* FLAGS (\\Seen)', `* ${inbox().length} EXISTS`, '* 0 RECENT'],
          ...[
            `* OK [UIDVALIDITY ${imap.uidValidity}] x`,
            `* OK [UIDNEXT ${(inbox().at(-1)?.uid ?? 0) + 1}] x`,
          ],
          `${tag} OK [${verb === 'EXAMINE' ? 'READ-ONLY' : 'READ-WRITE'}] done`,
        );
      case 'SEARCH': {
        const found = uids(args.at(-1)).map(({ uid }) => uid);
        return send(`* SEARCH ${found.join(' ')}`, `${tag} OK done`);
      }
      case 'FETCH': {
        for (const { uid, bytes } of uids(args[0])) {
          const most = Number(/<0\.(\d+)>/.exec(command)?.[1] ?? bytes.length);
          const part = bytes.subarray(0, most);
          const number = indexOf(inbox(), uid) + 1;
          socket.write(
            `* ${number} FETCH (UID ${uid} RFC822.SIZE ${bytes.length} BODY[]<0> {${part.length}}\r\n`,
          );
          socket.write(part);
          send(')');
        }
        return send(`${tag} OK done`);
      }
      case 'MOVE': {
        const target = imap.mailboxes.get((args[1] ?? '').replaceAll('"', ''));
        if (target === undefined) return send(`${tag} NO [TRYCREATE] no such mailbox`);
        for (const mail of uids(args[0])) {
          const at = inbox().indexOf(mail);
          inbox().splice(at, 1);
          target.push(mail);
          send(`* ${at + 1} EXPUNGE`);
        }
        return send(`${tag} OK done`);
      }
      case 'CREATE':
        imap.mailboxes.set((args[0] ?? '').replaceAll('"', ''), []);
        return send(`${tag} OK done`);
      case 'IDLE':
        idle = tag;
        return send('+ idling');
      case 'LOGOUT':
        send('* BYE', `${tag} OK done`);
        return socket.end();
      case 'NOOP':
      case 'CLOSE':
        return send(`${tag} OK done`);
      default:
        return send(`${tag} BAD unknown command`);
    }
  };
  socket.on('data', (chunk) => {
    buffer += chunk.toString('latin1');
    for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
      const line = buffer.slice(0, end);
      buffer = buffer.slice(end + 2);
      answer(line);
    }
  });
}

/** The index of the first mail with this UID or a larger one. */
function indexOf(mails: readonly StoredMail[], uid: number): number {
  let [low, high] = [0, mails.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((mails[middle]?.uid ?? 0) < uid) low = middle + 1;
    else high = middle;
  }
  return low;
}
