import { isIP } from 'node:net';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { type RelayLogin, relayUrlFault } from '../../settings/relay-url.ts';
import type { SmtpLogin } from './relay.ts';

/** How to reach a relay. */
export interface RelayAddress {
  /** `host:port`, for people and for the ledger. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /**
   * `always`: from the first byte; `required`: STARTTLS or nothing; `offered`: STARTTLS if the
   * relay offers it; `off`: never.
   */
  readonly tls: 'always' | 'required' | 'offered' | 'off';
  /** Whether to accept a certificate that no authority has signed. */
  readonly selfSigned: boolean;
  readonly login?: SmtpLogin;
}

/**
 * Parses `smtp[s]://[name:password@]host[:port][?tls=required|off][&certificate=self-signed]`;
 * `separate` is a login outside the URL. A password needs TLS, except to this machine itself or
 * with `tls=off`. A self-signed certificate is accepted from this machine only. Throws a config
 * error. It shows only the wrong part of the URL, because the URL may contain a password.
 */
export function parseRelayUrl(text: string, separate?: SmtpLogin): RelayAddress {
  const fault = relayUrlFault(text);
  if (fault !== undefined) fail(fault);
  const url = new URL(text);
  const secure = url.protocol === 'smtps:';
  const login = separate ?? readLogin(url);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? (secure ? 465 : login === undefined ? 25 : 587) : Number(url.port);
  const { tls, certificate } = readOptions(url);
  if (secure && tls !== undefined)
    fail('says tls= with smtps://, which is always TLS; leave it out');
  if (certificate !== undefined && !isThisMachine(host)) {
    fail('says certificate=self-signed of another machine; give that relay a real certificate');
  }
  return {
    name: `${url.hostname}:${port}`,
    host,
    port,
    tls: secure
      ? 'always'
      : (tls ?? (login !== undefined && !isThisMachine(host) ? 'required' : 'offered')),
    selfSigned: certificate !== undefined,
    login,
  };
}

function readLogin(url: URL): RelayLogin | undefined {
  if (url.username === '' && url.password === '') return undefined;
  if (url.username === '' || url.password === '') {
    fail(
      'has a name without a password, or the other way round; write name:password@ before the host',
    );
  }
  try {
    return { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  } catch {
    return fail(
      'has a % in its name or password that is not followed by two hex digits; write %25',
    );
  }
}

function readOptions(url: URL): { tls?: 'required' | 'off'; certificate?: 'self-signed' } {
  const options: { tls?: 'required' | 'off'; certificate?: 'self-signed' } = {};
  for (const [name, value] of url.searchParams) {
    if (name === 'tls' && (value === 'required' || value === 'off')) options.tls = value;
    else if (name === 'certificate' && value === 'self-signed') options.certificate = value;
    else
      fail('has options that are none; known are tls=required, tls=off, certificate=self-signed');
  }
  return options;
}

/** Whether `host` is a name or an address of this machine itself. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function fail(fact: string): never {
  throw new BroadsheetError(EXIT.config, `BROADSHEET_SMTP_URL or email.smtpUrl  ${fact}`);
}
