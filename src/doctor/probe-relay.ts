import { TLSSocket } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { explainTrouble, type SmtpError } from '../delivery/relay/explain-trouble.ts';
import { openAccount } from '../delivery/relay/open-relays.ts';
import {
  isThisMachine,
  parseRelayUrl,
  type RelayAddress,
} from '../delivery/relay/parse-relay-url.ts';
import type { OpenRelay } from '../delivery/relay/relay.ts';
import { reasonOf } from '../kernel/errors.ts';
import type { RelayAccount } from '../settings/settings.ts';
import { type Fault, failure, ok, type Result, resultOf, warning } from './finding.ts';

const TIMEOUT_MS = 8000;
const DAYS_TO_RENEW = 14;
/** A digest and its headers, generously (`docs/deliverability.md`: HTML under 90 KB). */
const LARGEST_MESSAGE = 500_000;

/** What a relay was found to be: its connection and greeting, its TLS, the login. */
export interface RelayResults {
  readonly connection: Result;
  readonly tls?: Result;
  readonly login?: Result;
}

/** Connects to a relay, logs in as a send does, and sends nothing. Never throws. */
export async function probeRelay(
  account: RelayAccount & { readonly url: string },
  openRelay: OpenRelay,
  now: Temporal.Instant,
): Promise<RelayResults> {
  const { url, login, ehloName } = account;
  const address = parseRelayUrl(url, login);
  const connection = new SMTPConnection({
    ...{ host: address.host, port: address.port, name: ehloName },
    ...{ secure: address.tls === 'always', ignoreTLS: address.tls === 'off' },
    // A certificate is judged afterwards: a bad one is a fact to report.
    tls: { rejectUnauthorized: false },
    ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    allowInternalNetworkInterfaces: true,
  });
  connection.on('error', () => {});
  try {
    await step(connection, (done) => connection.connect(done));
    const greeting = String(connection.lastServerResponse);
    const tls = tlsResult(connection, address, now);
    const hasLogin = address.login !== undefined || account.oauth !== undefined;
    return {
      connection: greetingResult(greeting),
      tls,
      login: hasLogin ? await checkLogin(account, openRelay, tls) : undefined,
    };
  } catch (error) {
    return { connection: failure(explainTrouble(error as SmtpError).text) };
  } finally {
    connection.quit();
    connection.close();
  }
}

function step(
  connection: SMTPConnection,
  work: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    connection.once('end', () =>
      reject(Object.assign(new Error('closed'), { code: 'ECONNECTION' })),
    );
    work((error) => (error == null ? resolve() : reject(error)));
  });
}

/** What the relay can, by its answer to EHLO (RFC 5321 §4.1.1.1). */
function greetingResult(greeting: string): Result {
  const offers = (word: string) => new RegExp(`^250[ -]${word}\\b(.*)$`, 'im').exec(greeting);
  const most = Number(offers('SIZE')?.[1] ?? 0);
  const words = ['8BITMIME', 'SMTPUTF8', 'PIPELINING'].filter((word) => offers(word));
  if (most > 0) words.unshift(`SIZE ${most.toLocaleString('en')}`);
  const utf8 = offers('SMTPUTF8') ? '' : '; no SMTPUTF8, so addresses beyond ASCII get no mail';
  const isSmall = most > 0 && most < LARGEST_MESSAGE;
  const fault = failure(`it takes no message of more than ${most} bytes`);
  return resultOf(
    isSmall ? [fault] : [],
    `it answers, with ${words.join(', ') || 'no extensions'}${utf8}`,
  );
}

function tlsResult(
  connection: SMTPConnection,
  address: RelayAddress,
  now: Temporal.Instant,
): Result {
  const socket = connection._socket;
  if (!(socket instanceof TLSSocket)) {
    if (address.tls === 'required') {
      return failure('it does not offer STARTTLS, and its URL or the login requires it');
    }
    if (isThisMachine(address.host)) {
      return ok('without TLS, which a relay on this machine does not need');
    }
    const fact = 'mail goes to it without encryption';
    const fault =
      address.login === undefined ? warning(fact) : failure(`${fact}, and the password too`);
    return { ...fault, remedy: 'use smtps://, or a relay that offers STARTTLS' };
  }
  const certificate = socket.getPeerX509Certificate();
  const protocol = socket.getProtocol() ?? 'TLS';
  const until =
    certificate && Temporal.Instant.fromEpochMilliseconds(certificate.validToDate.getTime());
  const day = until?.toString().slice(0, 10) ?? 'an unknown day';
  const days = until === undefined ? 0 : until.since(now).total({ unit: 'hours' }) / 24;
  const faults: Fault[] = [];
  if (days < 0) faults.push(failure(`its certificate expired on ${day}`));
  else if (!socket.authorized && !address.selfSigned) {
    const reason = socket.authorizationError;
    faults.push(
      failure(
        `its certificate is not valid for ${address.host}: ${reason instanceof Error ? reason.message : reason}`,
      ),
    );
  } else if (days < DAYS_TO_RENEW) faults.push(warning(`its certificate expires on ${day}`));
  const how = address.tls === 'always' ? 'from the first byte' : 'by STARTTLS';
  return resultOf(faults, `${protocol} ${how}; its certificate is valid until ${day}`, {
    remedy: 'let whoever runs the relay renew it: no mail goes to it with an invalid one',
  });
}

async function checkLogin(
  account: RelayAccount,
  openRelay: OpenRelay,
  tls: Result,
): Promise<Result> {
  if (tls.level === 'failure') return warning('not tried, because others could read the password');
  const timeouts = { connectMs: TIMEOUT_MS, silenceMs: TIMEOUT_MS };
  try {
    const { relay } = openAccount({ openRelay }, account, { connections: 1, timeouts });
    const trouble = await relay.verify();
    await relay.close();
    if (trouble !== undefined) return failure(`it ${trouble.text}`);
    return ok(
      account.oauth === undefined
        ? 'it accepts the name and password'
        : 'it accepts our access token',
    );
  } catch (error) {
    return failure(reasonOf(error));
  }
}
