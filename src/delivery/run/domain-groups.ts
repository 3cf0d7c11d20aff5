import type { Dns } from '../../kernel/dns.ts';
import type { Config } from '../../settings/config.ts';
import { providerOfDomain, providerOfServer } from '../../settings/mail-providers.ts';

/** Which destination domains share one throttle, because one provider's servers take their mail. */
export interface DomainGroups {
  /**
   * The provider of the domain, else the domain itself. Never waits: the first time it only asks for the
   * servers (MX) of the domain, and knows the provider when the DNS has answered.
   */
  groupOf(domain: string): string;
  /** Ends the questions that have no answer yet. */
  end(): void;
}

const MOST_QUESTIONS = 8;

/** Names that the DNS does not have (RFC 6761, RFC 2606). */
const NOBODYS = /(^|\.)(example(\.(com|net|org))?|test|invalid|localhost)$/;

/** Without `dns`, only the providers' own domains are known. */
export function openDomainGroups(dns: Dns | undefined): DomainGroups {
  const groups = new Map<string, string>();
  const waiting: string[] = [];
  let asking = 0;

  async function ask(domain: string): Promise<void> {
    asking += 1;
    try {
      const servers = (await dns?.resolve(domain, 'MX')) ?? [];
      const [first] = servers.toSorted((a, b) => a.priority - b.priority);
      const provider = first && providerOfServer(first.exchange);
      if (provider !== undefined) groups.set(domain, provider);
    } catch {
      // Without an answer, it has a throttle of its own.
    }
    asking -= 1;
    askNext();
  }

  function askNext(): void {
    const next = asking < MOST_QUESTIONS ? waiting.shift() : undefined;
    if (next !== undefined) ask(next);
  }

  return {
    groupOf(domain) {
      const known = groups.get(domain);
      if (known !== undefined) return known;
      const group = providerOfDomain(domain) ?? domain;
      groups.set(domain, group);
      if (group === domain && dns !== undefined && !NOBODYS.test(domain)) {
        waiting.push(domain);
        askNext();
      }
      return group;
    },
    end() {
      waiting.length = 0;
      dns?.cancel();
    },
  };
}

/** Whether a limit of domains can hold back a message: otherwise nobody has to ask for their servers. */
export function limitsDomains({ domains, relays }: Pick<Config, 'domains' | 'relays'>): boolean {
  const connections = relays.reduce((sum, relay) => sum + relay.connections, 0);
  return (
    domains.of.size > 0 ||
    domains.messagesPerSecond !== undefined ||
    connections > domains.connections
  );
}
