import { createSign } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import { reasonOf } from '../../kernel/errors.ts';
import { oneLine } from '../../kernel/one-line.ts';
import type { OAuthAccount } from '../../settings/settings.ts';
import type { KeptTokens } from './kept-tokens.ts';

/** The access tokens of one relay. All its connections share them. */
export interface AccessTokens {
  /**
   * A token that is valid for a while. `refused` is one that the relay refused: then another one. Throws
   * a `TokenError`. One request at a time is under way.
   */
  get(refused?: string): Promise<string>;
}

/** No token could be had. The message is a phrase with the remedy, and contains no secret. */
export class TokenError extends Error {
  readonly code = 'ETOKEN';
}

interface Token {
  readonly value: string;
  /** Epoch milliseconds: it is renewed from then on. */
  readonly renewFrom: number;
  readonly endsAt: number;
}

/** A token is renewed this long before it ends, at most. */
const AHEAD_MS = 300_000;
/** If the server does not say how long it is valid (RFC 6749 §5.1). */
const USUAL_SECONDS = 3600;

/** The tokens that `account` requests, and the refresh tokens that are kept for it. */
export function openAccessTokens(
  account: OAuthAccount,
  clock: Clock,
  kept: KeptTokens,
): AccessTokens {
  let current: Token | undefined;
  let renewing: Promise<Token> | undefined;

  async function renew(): Promise<Token> {
    const { access_token: value, expires_in: seconds } = await requestToken(account, clock, kept);
    const lifeMs = 1000 * (Number(seconds) > 0 ? Number(seconds) : USUAL_SECONDS);
    const endsAt = clock().epochMilliseconds + lifeMs;
    current = { value, endsAt, renewFrom: endsAt - Math.min(AHEAD_MS, lifeMs / 2) };
    return current;
  }

  return {
    async get(refused) {
      const now = clock().epochMilliseconds;
      const known = current?.value === refused ? undefined : current;
      if (known !== undefined && now < known.renewFrom) return known.value;
      renewing ??= renew().finally(() => {
        renewing = undefined;
      });
      try {
        return (await renewing).value;
      } catch (error) {
        if (known !== undefined && now < known.endsAt) return known.value;
        throw error;
      }
    },
  };
}

/** A successful answer (RFC 6749 §5.1). */
interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in?: unknown;
  readonly refresh_token?: unknown;
}

async function requestToken(
  account: OAuthAccount,
  clock: Clock,
  kept: KeptTokens,
): Promise<TokenAnswer> {
  const { relay, refreshToken: original } = account;
  if (original === undefined) {
    const answer = await post(account, applicationGrant(account, clock));
    return 'access_token' in answer ? answer : refuse(account, answer);
  }
  const tried = new Set<string>();
  for (;;) {
    // Another program may have exchanged it meanwhile.
    const token = kept.read(relay, original) ?? original;
    const next = [token, original].find((each) => !tried.has(each)) ?? original;
    tried.add(next);
    const answer = await post(account, {
      grant_type: 'refresh_token',
      refresh_token: next,
      ...(account.scope !== undefined && { scope: account.scope }),
    });
    if ('access_token' in answer) {
      keep(kept, account, next, answer);
      return answer;
    }
    const others = [kept.read(relay, original) ?? original, original];
    const isLast = others.every((each) => tried.has(each));
    if (answer.error !== 'invalid_grant' || isLast) refuse(account, answer);
  }
}

function keep(
  kept: KeptTokens,
  { relay, refreshToken: original = '' }: OAuthAccount,
  used: string,
  { refresh_token: next }: TokenAnswer,
): void {
  if (typeof next !== 'string' || next === '' || next === used) return;
  try {
    kept.write(relay, original, next);
  } catch (error) {
    throw new TokenError(`its new refresh token is lost: ${reasonOf(error)}`, { cause: error });
  }
}

/** What an application asks for itself: RFC 6749 §4.4, or RFC 7523 §2.1 for a service account. */
function applicationGrant(account: OAuthAccount, clock: Clock): Readonly<Record<string, string>> {
  const { applicationScope: scope, privateKey } = account;
  if (privateKey === undefined) {
    return { grant_type: 'client_credentials', ...(scope !== undefined && { scope }) };
  }
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: signAssertion(account, privateKey, Math.floor(clock().epochMilliseconds / 1000)),
  };
}

const ASSERTION_SECONDS = 300;

/** A JWT (RFC 7519) by which a service account acts for the mailbox. Throws a `TokenError`. */
function signAssertion(account: OAuthAccount, privateKey: string, now: number): string {
  const { clientId, user, tokenUrl, applicationScope: scope } = account;
  const claims = { iss: clientId, sub: user, aud: tokenUrl, scope, iat: now };
  const parts = [
    { alg: 'RS256', typ: 'JWT' },
    { ...claims, exp: now + ASSERTION_SECONDS },
  ];
  const text = parts
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  try {
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
  } catch (error) {
    const remedy = 'copy the whole value of private_key from the key file of the service account';
    throw new TokenError(`${variable(account, 'PRIVATE_KEY')} is not a private key; ${remedy}`, {
      cause: error,
    });
  }
}

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 100_000;

/** A refusal (RFC 6749 §5.2). */
interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly description: string;
}

/** Requests a token. Follows no redirect: a secret goes to the configured address only. */
async function post(
  account: OAuthAccount,
  grant: Readonly<Record<string, string>>,
): Promise<TokenAnswer | Refusal> {
  const { tokenUrl, clientId, clientSecret } = account;
  const client =
    account.privateKey === undefined || account.refreshToken !== undefined
      ? { client_id: clientId, ...(clientSecret !== undefined && { client_secret: clientSecret }) }
      : {};
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({ ...client, ...grant }),
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: timeout,
    });
    return readAnswer(response.status, await readText(response));
  } catch (error) {
    const cause = reasonOf((error as Error).cause ?? error);
    const fact = timeout.aborted ? `no answer within ${TIMEOUT_MS / 1000} seconds` : cause;
    throw new TokenError(`the token server ${hostOf(account)} is not available (${fact})`, {
      cause: error,
    });
  }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error(`its answer has more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function readAnswer(status: number, text: string): TokenAnswer | Refusal {
  let answer: Readonly<Record<string, unknown>> = {};
  try {
    answer = { ...JSON.parse(text) };
  } catch {
    // A page for people, from a proxy for example.
  }
  const { access_token: token, error, error_description: description } = answer;
  // Visible ASCII (RFC 6749 §A.12): nothing else may get into a command.
  if (status === 200 && typeof token === 'string' && /^[\x20-\x7e]+$/.test(token)) {
    return { ...answer, access_token: token };
  }
  return {
    status,
    error: typeof error === 'string' ? error : '',
    description: typeof description === 'string' ? description : '',
  };
}

function refuse(account: OAuthAccount, { status, error, description }: Refusal): never {
  const said = error === '' ? `answers ${status} without a token` : `refuses: ${error}`;
  // Longer ones have a trace for support. It names no secret, as far as is known.
  const [first = ''] = withoutSecrets(account, oneLine(description)).split(/ Trace ID:/);
  const fact = first === '' ? said : `${said} (${first.slice(0, 150)})`;
  throw new TokenError(`the token server ${hostOf(account)} ${fact}; ${remedyFor(account, error)}`);
}

function withoutSecrets(
  { clientSecret, refreshToken, privateKey }: OAuthAccount,
  text: string,
): string {
  return [clientSecret, refreshToken, privateKey].reduce<string>(
    (clean, secret) => (secret === undefined ? clean : clean.replaceAll(secret, '[secret]')),
    text,
  );
}

function remedyFor(account: OAuthAccount, error: string): string {
  switch (error) {
    case 'invalid_grant':
      return account.refreshToken === undefined
        ? 'allow the service account to act for oauth.user, and check the clock of this machine'
        : `get a new refresh token (docs/relays.md), and set ${variable(account, 'REFRESH_TOKEN')}`;
    case 'invalid_client':
    case 'unauthorized_client':
      return `check oauth.clientId, and set a valid ${variable(account, 'CLIENT_SECRET')}: secrets expire`;
    case '':
    case 'server_error':
    case 'temporarily_unavailable':
      return 'check oauth.tokenUrl, or wait';
    default:
      return 'check oauth in the config (docs/relays.md)';
  }
}

function variable({ suffix }: OAuthAccount, what: string): string {
  return `BROADSHEET_SMTP_${what}${suffix}`;
}

function hostOf({ tokenUrl }: OAuthAccount): string {
  return new URL(tokenUrl).host;
}
