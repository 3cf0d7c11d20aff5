import type { EmailAddress } from '../kernel/email-address.ts';
import type { OAuthSecrets } from './environment.ts';
import type { MailHeaders } from './mail-headers.ts';
import type { RelayLogin } from './relay-url.ts';
import type { ConfigFile } from './schema.ts';

// The options as the program uses them. Only schema.ts defines an option's name, meaning and values. This
// file adds what `load-config.ts` fills in or makes absolute.

type DeepReadonly<T> = T extends string | number | boolean | undefined
  ? T
  : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

type Options = DeepReadonly<ConfigFile>;

type NewsletterOptions = Options['newsletters'][number];

type RelayOptions = Options['email']['relays'][number];

/** The formats of the feeds. */
export type FeedFormat = Options['feeds']['formats'][number];

/** The publisher's site, with the pages of the posts. */
export interface SiteSettings extends Omit<Options['site'], 'color'> {
  /** Accent colour, `#rrggbb`. */
  readonly color: string;
}

/** A logo: the absolute path of a file, or a picture elsewhere. */
export type LogoSetting = NonNullable<Options['site']['logo']>;

/** An author. */
export type Person = SiteSettings['author'];

/** A site generator whose ways posts are read by. */
export type GeneratorId = NonNullable<Options['posts']['generator']>;

/** When two posts count as the same story. */
export type SameStorySettings = Options['posts']['sameStory'];

export type PostSettings = Omit<
  Options['posts'],
  'folder' | 'siteRoot' | 'includes' | 'shortcodes' | 'published'
>;

export interface FeedSettings extends Omit<Options['feeds'], 'folder'> {
  /** Absolute URL of the published output folder, ends with `/`. */
  readonly publicUrl: string;
}

export interface NewsletterSettings extends Omit<NewsletterOptions, 'schedule'> {
  /** BCP 47. */
  readonly language: string;
  /** Accent colour, `#rrggbb`. */
  readonly color: string;
  /** IANA name. */
  readonly timeZone: string;
  /** Receives unsubscribe mails (the mailto of List-Unsubscribe). */
  readonly unsubscribeMail: EmailAddress;
  /** RFC 2919 §3, without the angle brackets. It never changes during the life of the newsletter. */
  readonly listId: string;
  /** When it is sent automatically; absent: only by hand. */
  readonly schedule?: ScheduleSettings;
}

/** A URL of the publisher that is notified of subscribers and editions. */
export type HookSettings = Options['hooks'][number];

/** When a newsletter is sent automatically. Times are in the newsletter's zone; paths are absolute. */
export type ScheduleSettings = NonNullable<NewsletterOptions['schedule']>;

/** The site and the feeds over HTTP. */
export interface WebSettings extends Omit<Options['web'], 'templates' | 'languages'> {
  /** BCP 47. */
  readonly language: string;
}

/** Budgets for mails that anybody can request by entering an address. */
export type SignUpLimits = WebSettings['signUp'];

/** Where mail that comes back is read. Paths are absolute. */
export type InboundSettings = Options['inbound'] & { readonly imapPassword?: string };

/** Alerts about editions that are not sent. */
export type AlertSettings = Options['alerts'];

/** What is checked before an edition is sent. */
export type GateSettings = Options['gate'];

/** An application that requests access tokens for a relay (RFC 6749). */
export interface OAuthAccount extends OAuthSecrets {
  /** `RelayAccount.id` */
  readonly relay: string;
  /** The mailbox that sends. */
  readonly user: string;
  readonly clientId: string;
  readonly tokenUrl: string;
  /** `scope` of the config; what an application asks for itself if there is none. */
  readonly scope?: string;
  readonly applicationScope?: string;
  /** The names of its variables end with it: empty, or `_BACKUP`. */
  readonly suffix: string;
}

/** An account at a relay: its URL, its share of the mail, its limits. */
export interface RelayAccount
  extends Omit<RelayOptions, 'smtpUrl' | 'region' | 'oauth' | 'connections' | 'keepsSender'> {
  readonly connections: number;
  readonly keepsSender: boolean;
  /**
   * May contain a password. Absent if neither config nor environment has it: then nothing can be sent.
   */
  readonly url?: string;
  /** A login that is not in the URL. */
  readonly login?: RelayLogin;
  /** It is logged in to with access tokens. */
  readonly oauth?: OAuthAccount;
  /** Headers of all mail and of editions, from the provider; others replace them. */
  readonly presetHeaders?: MailHeaders;
  readonly editionHeaders?: MailHeaders;
  /** Our name for the relay (EHLO, RFC 5321 §4.1.1.1). */
  readonly ehloName: string;
}

/** A key that signs messages. Its path is absolute. */
export type DkimSettings = Options['email']['dkim'][number];

/** How fast mail goes to the servers of one destination domain. */
export type DomainLimits = Omit<Options['email']['domains'][number], 'domain'>;

/** Limits of the named destination domains, and of all others. */
export interface DomainSettings extends DomainLimits {
  readonly of: ReadonlyMap<string, DomainLimits>;
}
