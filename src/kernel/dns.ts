import { promises } from 'node:dns';

/** A record of each type; the strings of a TXT record are joined (RFC 7208 §3.3, RFC 6376 §3.6.2.2). */
interface Records {
  readonly A: string;
  readonly AAAA: string;
  readonly MX: { readonly exchange: string; readonly priority: number };
  readonly PTR: string;
  readonly TXT: string;
}

/** Asks the DNS. */
export interface Dns {
  /** The resolvers that are asked, for people. */
  readonly servers: string;
  /**
   * The records of `name`; empty if there are none, which is an answer like any other. Throws a
   * `DnsFailure` if there is no answer. The same question is asked once.
   */
  resolve<T extends keyof Records>(name: string, type: T): Promise<readonly Records[T][]>;
  /** Ends all questions that have no answer yet. */
  cancel(): void;
}

/** A question without an answer. */
export class DnsFailure extends Error {
  /** Whether no resolver answered at all; otherwise one answered that it could not find out. */
  readonly isUnreachable: boolean;

  constructor(message: string, isUnreachable: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DnsFailure';
    this.isUnreachable = isUnreachable;
  }
}

const TIMEOUT_MS = 3000;
const TRIES = 2;

/** Asks the resolvers at these addresses (`192.0.2.53:5353`), or those of the system if there are none. */
export function openDns(servers: readonly string[]): Dns {
  const resolver = new promises.Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  const asked = new Map<string, Promise<readonly unknown[]>>();
  const shown = resolver.getServers().join(', ');
  return {
    servers: shown,
    resolve<T extends keyof Records>(name: string, type: T) {
      const key = `${type} ${name.toLowerCase().replace(/\.$/, '')}`;
      const answer = asked.get(key) ?? ask(resolver, name, type, shown);
      asked.set(key, answer);
      return answer as Promise<readonly Records[T][]>;
    },
    cancel: () => resolver.cancel(),
  };
}

async function ask(
  resolver: promises.Resolver,
  name: string,
  type: keyof Records,
  servers: string,
): Promise<readonly unknown[]> {
  try {
    if (type === 'TXT') return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
    return (await resolver.resolve(name, type)) as readonly unknown[];
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    const isUnreachable = ['ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED'].includes(code);
    const fact = isUnreachable
      ? `the resolver ${servers} does not answer`
      : `the resolver ${servers} cannot look up ${type} of ${name} (${code})`;
    throw new DnsFailure(fact, isUnreachable, { cause: error });
  }
}
