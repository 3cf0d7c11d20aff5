import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { readMessageToken } from '../delivery/message/message-token.ts';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import { oneLine } from '../kernel/one-line.ts';
import type { Config } from '../settings/config.ts';
import type { InboundSettings } from '../settings/settings.ts';
import type { Take } from './sources/mail-source.ts';
import { readPipe } from './sources/read-pipe.ts';

/** A larger mail is refused. A report with a returned message is at most this large. */
const MOST_SIZE = 26_214_400;
const MOST_CONNECTIONS = 20;
/** Between two commands. */
const SILENCE_MS = 60_000;
const CLOSE_MS = 5000;

export interface Listener {
  readonly port: number;
  /** Resolves when the mails in work are stored. */
  close(): Promise<void>;
}

/**
 * Listens for mail by SMTP or LMTP. It accepts one recipient for each mail, with a token of ours or one of
 * the addresses of the config; others get 550. `take` has stored the mail before it is accepted; if that
 * fails, the sender gets 451 and tries again. Throws a `BroadsheetError` if it cannot listen.
 */
export async function openListener(
  config: Config,
  settings: NonNullable<InboundSettings['listen']>,
  take: Take,
): Promise<Listener> {
  const { host, port, protocol } = settings;
  const isOurs = recipientCheck(config);
  const server = new SMTPServer({
    ...{ lmtp: protocol === 'lmtp', authOptional: true, logger: false, banner: 'Broadsheet' },
    ...{ disabledCommands: ['AUTH', 'STARTTLS'], disableReverseLookup: true },
    ...{ size: MOST_SIZE, maxClients: MOST_CONNECTIONS, socketTimeout: SILENCE_MS },
    closeTimeout: CLOSE_MS,
    onRcptTo({ address }, { envelope }, done) {
      if (!isOurs(address)) return done(refusal(550, '5.1.1 no mailbox of Broadsheet'));
      // Each recipient may be another message of ours. RFC 5321 §4.5.3.1.10: the sender tries again.
      if (envelope.rcptTo.length > 0) return done(refusal(452, '4.5.3 one recipient at a time'));
      done();
    },
    onData(stream, { envelope }, done) {
      const recipients = envelope.rcptTo.map(({ address }) => address);
      readPipe(stream as AsyncIterable<Buffer>)
        .then(async (mail) => {
          if (stream.sizeExceeded) return done(refusal(552, '5.3.4 the mail is too large'));
          // RFC 5321 §4.4: who delivers a mail writes its sender, and programs have an empty one.
          const sender = Buffer.from(
            `Return-Path: <${envelope.mailFrom === false ? '' : envelope.mailFrom.address}>\r\n`,
          );
          await take({ ...mail, bytes: Buffer.concat([sender, mail.bytes]), recipients });
          done(null, 'stored');
        })
        .catch(() => done(refusal(451, '4.3.0 it cannot be stored now; try again')));
    },
  });
  // A connection that breaks. The sender tries again.
  server.on('error', () => {});
  const failed = once(server, 'error').then(([error]) => Promise.reject(error));
  server.listen(port, host);
  await Promise.race([once(server.server, 'listening'), failed]).catch((cause: unknown) => {
    const fact = `inbound.listen  cannot listen on ${host}:${port}: ${reasonOf(cause)}`;
    throw new BroadsheetError(EXIT.unavailable, fact, { cause });
  });
  failed.catch(() => {});
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

/** The addresses that mail is accepted for. */
function recipientCheck({ secrets, newsletters }: Config): (address: string) => boolean {
  const own = new Set(
    newsletters
      .flatMap(({ unsubscribeMail, complaintAddress = '' }) => [unsubscribeMail, complaintAddress])
      .map((address) => address.toLowerCase()),
  );
  return (address) =>
    own.has(address.toLowerCase()) || readMessageToken(address, secrets) !== undefined;
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(oneLine(text)), { responseCode });
}
