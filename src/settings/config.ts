import type {
  AlertSettings,
  DkimSettings,
  DomainSettings,
  FeedSettings,
  GateSettings,
  HookSettings,
  InboundSettings,
  NewsletterSettings,
  PostSettings,
  RelayAccount,
  SiteSettings,
  WebSettings,
} from './settings.ts';
import type { WebhookKeys } from './webhook-keys.ts';

/** The config as the program uses it: with defaults, and with absolute paths. */
export interface Config {
  /** Absolute path of the config file. */
  readonly file: string;
  readonly site: SiteSettings;
  readonly posts: PostSettings;
  readonly feeds: FeedSettings;
  readonly newsletters: readonly NewsletterSettings[];
  readonly folders: {
    readonly posts: string;
    readonly siteRoot: string;
    readonly includes: string;
    readonly shortcodes: string;
    readonly output: string;
    readonly templates: string;
    readonly webTemplates: string;
    readonly languages: string;
  };
  /** The file of published posts. */
  readonly publishedFile: string;
  /** Absent: posts are read and documents are rendered anew. */
  readonly caches?: {
    /** The file with what was read from posts in earlier runs. */
    readonly posts: string;
    /** The file that says of what the published documents are made. */
    readonly documents: string;
    /** The file that says what the last build saw, and what it reported. */
    readonly build: string;
  };
  /** The URL of the published output folder, ends with `/`. */
  readonly publicUrl: string;
  /**
   * The URL at which `broadsheet start` answers people's requests (to sign up, to leave), ends with `/`.
   * Absent without such a service: then people unsubscribe by mail.
   */
  readonly serviceUrl?: string;
  /** `sqlite:` and an absolute path, or `postgres://...`, which may contain a password. */
  readonly databaseUrl: string;
  /** The journal, beside the database. */
  readonly journalFile: string;
  /**
   * The database and journal files at the former default location, if the config does not name their
   * location. Absent if there are none.
   */
  readonly formerFiles?: readonly string[];
  /**
   * The name of this machine from BROADSHEET_MACHINE, if set: containers get a new name at each start.
   */
  readonly machine?: string;
  /** At least one. */
  readonly relays: readonly [RelayAccount, ...RelayAccount[]];
  readonly domains: DomainSettings;
  readonly dkim: readonly DkimSettings[];
  readonly web: WebSettings;
  readonly inbound: InboundSettings;
  readonly alerts: AlertSettings;
  readonly gate: GateSettings;
  readonly hooks: readonly HookSettings[];
  /** The keys that sign requests to `hooks`, from BROADSHEET_HOOK_SECRET: each signs. */
  readonly hookSecrets: readonly string[];
  /** What proves that a request is from a provider, from the environment. */
  readonly webhookKeys: WebhookKeys;
  /** Addresses of resolvers; empty: those of the system. */
  readonly dnsServers: readonly string[];
  /**
   * Keys for signed links, from BROADSHEET_SECRET: the first signs, all verify. Empty if the variable is
   * not set.
   */
  readonly secrets: readonly string[];
}
