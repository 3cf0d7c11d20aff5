/** A provider that serves many domains with the same servers, which count our mail together. */
export interface MailProvider {
  /** The end of the names of its servers (MX). */
  readonly servers: RegExp;
  /** Its own domains, which need no question to the DNS. */
  readonly domains: RegExp;
  /** Limits that it publishes for every sender, if a relay is one of its servers. */
  readonly published?: { readonly messagesPerConnection: number };
  /** Where it says so. */
  readonly source: string;
}

/** The providers whose domains share one limit; `email.domains` can name them. */
export const MAIL_PROVIDERS = {
  google: {
    servers: /(^|\.)(google|googlemail)\.com$/,
    domains: /^(gmail|googlemail)\.com$/,
    source:
      'https://support.google.com/a/answer/174125: MX of Google Workspace. It publishes no rates',
  },
  microsoft: {
    servers: /\.(mail\.protection\.outlook\.com|olc\.protection\.outlook\.com|mx\.microsoft)$/,
    domains: /^((outlook|hotmail|live)(\.[a-z]{2,3}){1,2}|(msn|passport|windowslive)\.com)$/,
    source:
      'https://learn.microsoft.com/microsoft-365/enterprise/external-domain-name-system-records: MX. It publishes 500 connections at once, which is more than a relay may have here',
  },
  yahoo: {
    servers: /\.yahoodns\.net$/,
    domains: /^(yahoo(\.[a-z]{2,3}){1,2}|(ymail|rocketmail|myyahoo|aol|aim|verizon)\.(com|net))$/,
    published: { messagesPerConnection: 20 },
    source: 'https://help.yahoo.com/kb/SLN3433.html',
  },
} as const satisfies Readonly<Record<string, MailProvider>>;

const entries: readonly (readonly [string, MailProvider])[] = Object.entries(MAIL_PROVIDERS);

/** The provider with this domain of its own; undefined if it is nobody's, or a customer's. */
export function providerOfDomain(domain: string): string | undefined {
  return entries.find(([, { domains }]) => domains.test(domain))?.[0];
}

/** The provider with this server (a host name, in any case, with or without the last dot). */
export function providerOfServer(host: string): string | undefined {
  const name = host.toLowerCase().replace(/\.$/, '');
  return entries.find(([, { servers }]) => servers.test(name))?.[0];
}

/** Limits for a relay that is a server of a provider; empty for any other. */
export function publishedLimits(host: string): { readonly messagesPerConnection?: number } {
  const provider = providerOfServer(host);
  return entries.find(([name]) => name === provider)?.[1].published ?? {};
}

/** Whether `name` is a provider, and not a domain. */
export function isProvider(name: string): boolean {
  return Object.hasOwn(MAIL_PROVIDERS, name);
}
