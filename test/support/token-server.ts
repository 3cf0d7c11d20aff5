import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Clock } from '../../src/kernel/clock.ts';
import type { OAuthAccount } from '../../src/settings/settings.ts';
import { cleanUpAfter } from './clean-up-after.ts';
import type { InboxOptions } from './inbox.ts';

export const MAILBOX = 'desk@paper.example';

/** A token server (RFC 6749) on this machine, and what a relay asks it. */
export interface TokenServer {
  readonly url: string;
  /** The forms that it was sent, in order. */
  readonly requests: Readonly<Record<string, string>>[];
  /** How long a token is valid. */
  lifeSeconds: number;
  /** What it answers instead of a token; undefined: a token. */
  answer: ((response: ServerResponse) => void) | undefined;
  /** Refresh tokens that it takes; each is exchanged for the next of `rotated`, as long as there is one. */
  readonly refreshTokens: Set<string>;
  readonly rotated: string[];
  /** A relay that accepts its tokens as long as they are valid. */
  readonly inbox: InboxOptions;
  /** How often the relay was logged in to, and how often it refused. */
  readonly logins: { accepted: number; refused: number };
  /** It withdraws all tokens that it gave. */
  withdraw(): void;
}

/**
 * Starts one. Tokens are valid by `clock`. With `challenges` the relay refuses as Gmail does: by 334, and
 * 535 after an empty line.
 */
export async function openTokenServer(
  t: TestContext,
  clock: Clock,
  { challenges = false } = {},
): Promise<TokenServer> {
  const requests: Record<string, string>[] = [];
  const ends = new Map<string, number>();
  const logins = { accepted: 0, refused: 0 };
  const now = () => clock().epochMilliseconds;
  const token = () => {
    const value = `token-${requests.length}`;
    ends.set(value, now() + tokens.lifeSeconds * 1000);
    return { access_token: value, token_type: 'Bearer', expires_in: tokens.lifeSeconds };
  };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString();
    const form = Object.fromEntries(new URLSearchParams(body));
    requests.push(form);
    if (tokens.answer !== undefined) return tokens.answer(response);
    const used = form.refresh_token;
    if (used !== undefined && !tokens.refreshTokens.has(used)) {
      return refuseToken(response, 'invalid_grant', 'The token has expired.');
    }
    const next = tokens.rotated.shift();
    if (used !== undefined && next !== undefined) {
      tokens.refreshTokens.delete(used);
      tokens.refreshTokens.add(next);
    }
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ ...token(), ...(next !== undefined && { refresh_token: next }) }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfter(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const tokens: TokenServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    requests,
    lifeSeconds: 3600,
    answer: undefined,
    refreshTokens: new Set(),
    rotated: [],
    logins,
    withdraw: () => ends.clear(),
    inbox: {
      server: {
        authOptional: false,
        authMethods: ['XOAUTH2'],
        onAuth({ method, username, accessToken = '' }, _session, done) {
          const isRight = method === 'XOAUTH2' && username === MAILBOX;
          if (isRight && (ends.get(accessToken) ?? 0) > now()) {
            logins.accepted += 1;
            return done(null, { user: username });
          }
          logins.refused += 1;
          if (challenges) return done(null, { data: { status: '401' } });
          const error = new Error('5.7.3 Authentication unsuccessful');
          return done(Object.assign(error, { responseCode: 535 }));
        },
      },
    },
  };
  return tokens;
}

/** Answers as a token server does to a request that it refuses (RFC 6749 §5.2). */
export function refuseToken(response: ServerResponse, error: string, description: string): void {
  response.writeHead(400, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error, error_description: description }));
}

/** An application at the token server. */
export function applicationAt(
  { url }: Pick<TokenServer, 'url'>,
  changes: Partial<OAuthAccount> = {},
): OAuthAccount {
  return {
    ...{ relay: 'office', user: MAILBOX, clientId: 'app-1', suffix: '', tokenUrl: url },
    clientSecret: 's3cret-of-the-app',
    applicationScope: 'https://outlook.office365.com/.default',
    ...changes,
  };
}
