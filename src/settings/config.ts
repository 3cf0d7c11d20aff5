import type {
  AlertSettings,
  DomainSettings,
  FeedSettings,
  NewsletterSettings,
  PostSettings,
  RelayAccount,
  SiteSettings,
  WebSettings,
} from './settings.ts';

/** The config as the program uses it: defaults filled in, every path absolute. */
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
    readonly output: string;
    readonly templates: string;
    readonly webTemplates: string;
    readonly languages: string;
  };
  /** The file of published posts. */
  readonly publishedFile: string;
  /** Where the output folder is published, ends with `/`. */
  readonly publicUrl: string;
  /**
   * Where `broadsheet start` answers what people ask for (to sign up, to leave), ends with `/`.
   * Absent where nothing does: then people leave by mail.
   */
  readonly serviceUrl?: string;
  /** `sqlite:` and an absolute path, or `postgres://...`, which may hold a password. */
  readonly databaseUrl: string;
  /** The journal of those who left, beside the database. */
  readonly journalFile: string;
  /**
   * Database and journal that are at the former default place, of those whose place the config does
   * not name. Absent is none.
   */
  readonly formerFiles?: readonly string[];
  /** What this machine is called, where BROADSHEET_MACHINE says so: containers get a new name each time. */
  readonly machine?: string;
  /** One at least. */
  readonly relays: readonly [RelayAccount, ...RelayAccount[]];
  readonly domains: DomainSettings;
  readonly web: WebSettings;
  readonly alerts: AlertSettings;
  /**
   * Keys that sign links, from BROADSHEET_SECRET: the first signs, all verify. Empty where the
   * variable is not set.
   */
  readonly secrets: readonly string[];
}
