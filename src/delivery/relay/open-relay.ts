import type { Clock } from '../../kernel/clock.ts';
import type { OAuthAccount } from '../../settings/settings.ts';
import type { Reply } from '../delivery.ts';
import type { Message } from '../message/message.ts';
import { type AccessTokens, openAccessTokens } from './access-tokens.ts';
import { explainOpening, type SmtpError } from './explain-trouble.ts';
import { openKeptTokens } from './kept-tokens.ts';
import { parseRelayUrl } from './parse-relay-url.ts';
import type { OpenRelay, Outcome, Relay, RelayLimits, RelaySettings } from './relay.ts';
import type { SmtpSession } from './smtp-session.ts';

const TIMEOUTS = { connectMs: 30_000, silenceMs: 600_000 };

/** Fresh connections that may break before one message is given up. */
const MOST_TRIES = 2;

/**
 * Opens a relay with its settings; connects at the first message. Throws a config error for an
 * invalid URL.
 */
export function openRelay(settings: RelaySettings): Relay {
  const address = parseRelayUrl(settings.url, settings.login);
  const named = { ...address, ehloName: settings.ehloName };
  let learned: RelayLimits = {};
  const mostMessages = () =>
    Math.min(settings.messagesPerConnection ?? Infinity, learned.messagesPerConnection ?? Infinity);
  const sessions = openSessions(settings.connections, async (signal) => {
    // Most commands know their relays and send nothing.
    const { openSession } = await import('./smtp-session.ts');
    const { withRelayHeaders } = await import('./relay-headers.ts');
    const timeouts = settings.timeouts ?? TIMEOUTS;
    const session = await openSession(named, timeouts, signal, mostMessages());
    return {
      ...session,
      send: (message, beforeDot) => session.send(withRelayHeaders(message, settings), beforeDot),
    };
  });
  const learn = (session: SmtpSession, outcome: Outcome) => {
    // The refused message was counted too.
    const messagesPerConnection = session.messages() - 1;
    if (outcome.kind !== 'limited' || outcome.limit !== 'session' || messagesPerConnection < 1)
      return;
    learned = { ...learned, messagesPerConnection };
  };
  return {
    name: address.name,
    async send(message, beforeDot) {
      for (let tries = 1; ; ) {
        const acquired = await sessions.acquire();
        if ('trouble' in acquired) return acquired.trouble;
        const { session, isFresh } = acquired;
        try {
          const sent = withSender(message, settings);
          const { outcome, broke } = await session.send(sent, beforeDot);
          learn(session, outcome);
          if (!broke || (isFresh && tries >= MOST_TRIES)) return outcome;
        } finally {
          sessions.release(session);
        }
        if (isFresh) tries += 1;
      }
    },
    async verify(): Promise<Reply | undefined> {
      const acquired = await sessions.acquire();
      if ('trouble' in acquired) return acquired.trouble.reply;
      sessions.release(acquired.session);
      return undefined;
    },
    limit(limits) {
      learned = { ...learned, ...limits };
      sessions.limit(learned.connections ?? settings.connections);
    },
    limits: () => learned,
    close: sessions.end,
    drop: sessions.drop,
  };
}

/** With the sender without a token, if the relay does not keep senders. */
function withSender(message: Message, { keepsSender = true }: RelaySettings): Message {
  const { envelope, plainSender } = message;
  if (keepsSender || plainSender === undefined) return message;
  return { ...message, envelope: { ...envelope, from: plainSender } };
}

/**
 * What opens relays for a whole program. However often a relay is opened, it has the same access tokens;
 * its refresh tokens are kept in `file`.
 */
export function relayOpener(file: string, clock: Clock): OpenRelay {
  const tokens = new Map<string, AccessTokens>();
  const kept = openKeptTokens(file);
  const tokensOf = (account: OAuthAccount) => {
    const opened = tokens.get(account.relay) ?? openAccessTokens(account, clock, kept);
    tokens.set(account.relay, opened);
    return opened;
  };
  return ({ oauth, ...settings }) =>
    openRelay(
      oauth === undefined
        ? settings
        : { ...settings, login: { user: oauth.user, tokens: tokensOf(oauth) } },
    );
}

type Acquired =
  | { readonly session: SmtpSession; readonly isFresh: boolean }
  | { readonly trouble: Extract<Outcome, { kind: 'relayTrouble' | 'limited' }> };

const DROPPED: Acquired = {
  trouble: { kind: 'relayTrouble', reply: { code: 0, text: 'was left by us' } },
};

/** Up to `most` sessions: reuses idle ones, opens others when all are busy. */
function openSessions(most: number, open: (signal: AbortSignal) => Promise<SmtpSession>) {
  const idle: SmtpSession[] = [];
  const busy = new Set<SmtpSession>();
  const retiring = new Set<Promise<void>>();
  const waiting: (() => void)[] = [];
  const dropped = new AbortController();
  const opening = new Set<Promise<SmtpSession>>();
  let limit = most;

  async function openOne(): Promise<Acquired | undefined> {
    const attempt = open(dropped.signal);
    opening.add(attempt);
    try {
      const session = await attempt;
      busy.add(session);
      return { session, isFresh: true };
    } catch (error) {
      // It was refused while other connections are still opening.
      await Promise.allSettled(opening);
      // It may accept fewer connections than we want: continue with those that work.
      if (busy.size + idle.length > 0) {
        limit = Math.max(1, busy.size + idle.length);
        return undefined;
      }
      return { trouble: explainOpening(error as SmtpError) };
    } finally {
      opening.delete(attempt);
      waiting.shift()?.();
    }
  }

  function free(session: SmtpSession): void {
    busy.delete(session);
    waiting.shift()?.();
  }

  function retire(session: SmtpSession | undefined): void {
    if (session === undefined) return;
    // Until the session has ended, the relay still counts it.
    busy.add(session);
    const goodbye = session.end().then(() => {
      free(session);
      retiring.delete(goodbye);
    });
    retiring.add(goodbye);
  }

  return {
    async acquire(): Promise<Acquired> {
      for (;;) {
        if (dropped.signal.aborted) return DROPPED;
        const session = idle.pop();
        if (session?.isUsable()) {
          busy.add(session);
          return { session, isFresh: false };
        }
        if (session !== undefined) continue;
        if (busy.size + opening.size < limit) {
          const acquired = await openOne();
          if (acquired !== undefined) return acquired;
        } else {
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
      }
    },
    /** Sets the number of sessions at once; idle ones beyond it say goodbye. */
    limit(connections: number): void {
      limit = Math.max(1, Math.min(most, connections));
      while (idle.length > 0 && busy.size + idle.length > limit) retire(idle.pop());
      for (const wake of waiting.splice(0)) wake();
    },
    release(session: SmtpSession): void {
      if (session.isUsable() && busy.size + idle.length <= limit) {
        free(session);
        idle.push(session);
      } else {
        retire(session);
      }
    },
    async end(): Promise<void> {
      await Promise.all([...retiring, ...idle.splice(0).map((session) => session.end())]);
    },
    drop(): void {
      dropped.abort();
      for (const session of [...idle.splice(0), ...busy]) session.drop();
      for (const wake of waiting.splice(0)) wake();
    },
  };
}
