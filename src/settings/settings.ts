import type { EmailAddress } from '../kernel/email-address.ts';
import type { RelayLogin } from './relay-url.ts';

/** The formats that feeds are written in. */
export type FeedFormat = 'rss' | 'atom' | 'json';

/** An author. */
export interface Person {
  readonly name: string;
  readonly email?: string;
  readonly url?: string;
}

/** The publisher's site: where the posts' own pages are. */
export interface SiteSettings {
  readonly title: string;
  /** Absolute, ends with `/`. */
  readonly url: string;
  readonly description: string;
  /** BCP 47. */
  readonly language: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly author: Person;
  readonly copyright?: string;
  /** Absolute URL or path from the root of the site of a picture that stands for it. */
  readonly image?: string;
}

/** What counts as the same story. */
export interface SameStorySettings {
  /** Words that aggregators put before a title, without the colon: `Breaking`. */
  readonly labels: readonly string[];
  /** Posts further apart than this are never one story. */
  readonly withinHours: number;
  /** 0 to 1: the share of shingles from which two bodies are one story. */
  readonly likeness: number;
}

export interface PostSettings {
  /** Jekyll's words: a template, or `date`, `pretty`, `ordinal`, `weekdate`, `none`. */
  readonly permalink: string;
  readonly drafts: boolean;
  readonly future: boolean;
  readonly datesWithoutZone: 'site' | 'utc' | 'jekyll';
  readonly liquid: 'off' | 'render';
  /** Hosts whose iframes stay in the content. */
  readonly iframesFrom: readonly string[];
  readonly sameStory: SameStorySettings;
}

export interface FeedSettings {
  /** Absolute URL where the output folder is published, ends with `/`. */
  readonly publicUrl: string;
  readonly formats: readonly FeedFormat[];
  /** Items of a live feed, and of a history document. */
  readonly items: number;
  readonly categories: boolean;
  readonly authors: boolean;
  readonly tags: boolean;
  /** How many history documents are kept up, counted from the newest. */
  readonly historyDocuments: number | 'all';
  /** `one`: a story is one item; `all`: every post is. */
  readonly stories: 'one' | 'all';
  readonly hub?: string;
  readonly ttlMinutes: number;
  /** How often the service builds them, whether or not a post was seen to change. */
  readonly rebuildMinutes: number;
}

export interface NewsletterSettings {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** BCP 47. */
  readonly language: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly from: { readonly name: string; readonly address: EmailAddress };
  readonly replyTo?: EmailAddress;
  /** Takes unsubscribe mails (the mailto of List-Unsubscribe). */
  readonly unsubscribeMail: EmailAddress;
  /** RFC 2919 §3, without the angle brackets: one for the life of the newsletter. */
  readonly listId: string;
  /** Liquid: `lead`, `stories`, `newsletter`, `day` are known. */
  readonly subject: string;
  /** Empty: posts of all categories. */
  readonly categories: readonly string[];
  /** Stories with picture and excerpt, the lead included. */
  readonly stories: number;
  /** Stories after these, as headlines. */
  readonly headlines: number;
  /** Fewer stories than this make no edition. */
  readonly minimumStories: number;
  /** A post older than this is in no edition: the limit for late ones, and for the first edition. */
  readonly lookbackDays: number;
  /** CAN-SPAM: where the publisher can be reached by post. */
  readonly postalAddress: string;
  /** Accent colour of the digest, `#rrggbb`. */
  readonly color: string;
  /**
   * What becomes of a message that a crash left in doubt: sent once more (nothing is lost), not
   * sent again (nobody gets it twice), or an editor decides.
   */
  readonly whenInDoubt: 'resend' | 'skip' | 'ask';
  /** So long after an edition was first sent nobody gets it any more. */
  readonly staleAfterHours: number;
  /** So many editions in a row that a mailbox did not take make it `bounced`. */
  readonly softBounces: number;
  /** When it is sent by itself; absent: by hand only. */
  readonly schedule?: ScheduleSettings;
  /** Whether `editor` is asked before an edition of the schedule is sent. */
  readonly approve: boolean;
  /** There where `approve` is set. */
  readonly editor?: EmailAddress;
  /** Whether it is offered on the site. */
  readonly listed: boolean;
  /** Its editions on the site: for all, not for search engines, or not there. */
  readonly archive: 'indexed' | 'noindex' | 'off';
}

/** When a newsletter is sent by itself. Times are in the newsletter's zone. */
export interface ScheduleSettings {
  /** With one time of day. */
  readonly cron: string;
  readonly holidays: {
    /** ISO 3166-1. */
    readonly country?: string;
    /** As `date-holidays` calls it. */
    readonly region?: string;
    /** Absolute path of an iCalendar file (RFC 5545). */
    readonly ics?: string;
  };
  /** With too few stories when it is time: no edition that day, or look again until `waitUntil`. */
  readonly whenTooFew: 'skip' | 'wait';
  /** `12:00` */
  readonly waitUntil: string;
  /** So much later an edition is still sent by itself. */
  readonly latestHours: number;
}

/** The site and the feeds over HTTP. */
export interface WebSettings {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Addresses and networks (CIDR) whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly metricsHost: string;
  /** 0: no metrics. */
  readonly metricsPort: number;
  /** BCP 47. */
  readonly language: string;
  readonly privacyUrl?: string;
  /** Origins (RFC 6454) whose scripts may sign people up. */
  readonly formOrigins: readonly string[];
  readonly signUp: SignUpLimits;
}

/** Budgets of the mails that anybody can ask for by typing in an address. */
export interface SignUpLimits {
  readonly perAddressPerDay: number;
  readonly perIpPerHour: number;
  readonly perHour: number;
  readonly minimumSeconds: number;
  /** Bits; 0: none. */
  readonly proofOfWork: number;
}

/** Whom to tell when an edition does not go out. */
export interface AlertSettings {
  /** For the system's shell. */
  readonly command?: string;
  readonly url?: string;
  readonly heartbeatUrl?: string;
}

/** An account at a relay: where it is, how much of the mail it gets, how much it may take. */
export interface RelayAccount {
  /** As in the config; host and port of the only one. The ledger and quotas name it so. */
  readonly id: string;
  /** May hold a password. Absent where neither config nor environment names it: nothing can be sent. */
  readonly url?: string;
  /** A login that is not in the URL. */
  readonly login?: RelayLogin;
  /** What we call ourselves (EHLO, RFC 5321 §4.1.1.1). */
  readonly ehloName: string;
  /** Share of the messages, in proportion to the others'; 0: only when no other can. */
  readonly weight: number;
  readonly connections: number;
  readonly messagesPerSecond?: number;
  readonly messagesPerHour?: number;
  readonly messagesPerDay?: number;
  readonly messagesPerConnection?: number;
  /** The most messages on each day (UTC) from `from` on, `2026-03-01`; no limit of its own after the last. */
  readonly warmUp?: { readonly from: string; readonly messagesPerDay: readonly number[] };
}

/** How fast mail goes to the servers of one destination domain. */
export interface DomainLimits {
  /** Messages at once. */
  readonly connections: number;
  readonly messagesPerSecond?: number;
}

/** Limits of destination domains: those named, and all others. */
export interface DomainSettings extends DomainLimits {
  readonly of: ReadonlyMap<string, DomainLimits>;
}
