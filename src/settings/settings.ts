import type { EmailAddress } from '../kernel/email-address.ts';
import type { RelayLogin } from './relay-url.ts';
import type { ConfigFile } from './schema.ts';

// The options as the program uses them. What an option is called, means and allows is said once, in
// schema.ts; what is added here is only what `load-config.ts` fills in or makes absolute.

type DeepReadonly<T> = T extends string | number | boolean | undefined
  ? T
  : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

type Options = DeepReadonly<ConfigFile>;

type NewsletterOptions = Options['newsletters'][number];

type RelayOptions = Options['email']['relays'][number];

/** The formats that feeds are written in. */
export type FeedFormat = Options['feeds']['formats'][number];

/** The publisher's site: where the posts' own pages are. */
export type SiteSettings = Options['site'];

/** An author. */
export type Person = SiteSettings['author'];

/** What counts as the same story. */
export type SameStorySettings = Options['posts']['sameStory'];

export type PostSettings = Omit<Options['posts'], 'folder' | 'siteRoot' | 'includes' | 'published'>;

export interface FeedSettings extends Omit<Options['feeds'], 'folder'> {
  /** Absolute URL where the output folder is published, ends with `/`. */
  readonly publicUrl: string;
}

export interface NewsletterSettings extends Omit<NewsletterOptions, 'schedule'> {
  /** BCP 47. */
  readonly language: string;
  /** IANA name. */
  readonly timeZone: string;
  /** Takes unsubscribe mails (the mailto of List-Unsubscribe). */
  readonly unsubscribeMail: EmailAddress;
  /** RFC 2919 §3, without the angle brackets: one for the life of the newsletter. */
  readonly listId: string;
  /** When it is sent by itself; absent: by hand only. */
  readonly schedule?: ScheduleSettings;
}

/** When a newsletter is sent by itself. Times are in the newsletter's zone; paths are absolute. */
export type ScheduleSettings = NonNullable<NewsletterOptions['schedule']>;

/** The site and the feeds over HTTP. */
export interface WebSettings extends Omit<Options['web'], 'templates' | 'languages'> {
  /** BCP 47. */
  readonly language: string;
}

/** Budgets of the mails that anybody can ask for by typing in an address. */
export type SignUpLimits = WebSettings['signUp'];

/** Whom to tell when an edition does not go out. */
export type AlertSettings = Options['alerts'];

/** An account at a relay: where it is, how much of the mail it gets, how much it may take. */
export interface RelayAccount extends Omit<RelayOptions, 'smtpUrl'> {
  /** May hold a password. Absent where neither config nor environment names it: nothing can be sent. */
  readonly url?: string;
  /** A login that is not in the URL. */
  readonly login?: RelayLogin;
  /** What we call ourselves (EHLO, RFC 5321 §4.1.1.1). */
  readonly ehloName: string;
}

/** How fast mail goes to the servers of one destination domain. */
export type DomainLimits = Omit<Options['email']['domains'][number], 'domain'>;

/** Limits of destination domains: those named, and all others. */
export interface DomainSettings extends DomainLimits {
  readonly of: ReadonlyMap<string, DomainLimits>;
}
