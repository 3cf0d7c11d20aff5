import { z } from 'zod';
import { countryCodeFault } from './country-code.ts';
import { MAIL_CLIENT_IDS } from './mail-clients.ts';
import { mailHeaders } from './mail-headers.ts';
import { isProvider } from './mail-providers.ts';
import { RELAY_PRESET_NAMES } from './relay-presets.ts';
import {
  asciiAddress,
  bounceAddress,
  count,
  databaseUrl,
  emailAddress,
  folderUrl,
  hasNoPassword,
  hostName,
  id,
  isDay,
  isDnsServer,
  isDomain,
  isNetwork,
  isOrigin,
  isTimeOfDay,
  isTokenUrl,
  language,
  serviceUrl,
  smtpUrl,
  text,
  timeZone,
  webUrl,
} from './schema-values.ts';

const color = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'is not a colour; write one like "#8b1e2d"');

const logo = z.union(
  [
    text,
    z.strictObject({
      url: webUrl.describe('URL of the picture.'),
      width: count(1, 10_000).describe('Its width in pixels.'),
      height: count(1, 10_000).describe('Its height in pixels.'),
    }),
  ],
  'is not a logo; write the path of a file, or {url: https://..., width: 300, height: 80}',
);

const person = z.strictObject({
  name: text.describe('Name that readers see.'),
  email: emailAddress.optional().describe('Public email address.'),
  url: webUrl.optional().describe('Page about the author.'),
});

const site = z.strictObject({
  title: text.describe('Title of the site and of its main feed.'),
  url: folderUrl.describe("URL of the site with the posts' pages."),
  description: z.string().trim().default('').describe('One sentence about the site.'),
  language: language.default('en').describe('Language (BCP 47) of posts that do not name one.'),
  timeZone: timeZone.default('UTC').describe('Time zone (IANA) of dates without a zone.'),
  author: person.describe('The publisher: author of the feeds, and of posts without an author.'),
  copyright: text.optional().describe('Copyright line of the feeds.'),
  image: text
    .optional()
    .describe('Picture of the site: a URL, or a path from the root of the site.'),
  logo: logo
    .optional()
    .describe('Logo on the pages and in mails: a file, or the URL of a picture with its size.'),
  color: color
    .optional()
    .describe('Accent colour of the pages. Default: that of the first newsletter, else #8b1e2d.'),
});

/** Words that aggregators put before the title of a story that they repeat. */
export const LABELS = [
  'Big News',
  'Breaking',
  'Breaking News',
  'Update',
  'Updated',
  'Latest',
  'New',
  'Exclusive',
  'Developing',
];

const sameStory = z.strictObject({
  labels: z
    .array(text)
    .default(LABELS)
    .describe('Labels before a title. They do not make it another story.'),
  withinHours: z
    .number()
    .min(0)
    .max(8760)
    .default(72)
    .describe('Posts with more hours between them are different stories.'),
  likeness: z
    .number()
    .min(0.3)
    .max(1)
    .default(0.7)
    .describe('Share of common text from which two posts of the same second are one story.'),
});

/** Posts are never joined to stories. */
const SEPARATE = 'off';

const posts = z.strictObject({
  folder: text.default('../posts').describe('Folder of the posts.'),
  siteRoot: text.optional().describe("Root of the site's files, with /assets/..."),
  generator: z
    .enum([
      'jekyll',
      'hugo',
      'eleventy',
      'astro',
      'docusaurus',
      'vitepress',
      'zola',
      'pelican',
      'none',
    ])
    .optional()
    .describe('Site generator that makes the pages of the posts. Posts are read as it reads them.'),
  permalink: text
    .optional()
    .describe("Template of the posts' addresses, with the placeholders of the generator."),
  leaveOut: z
    .array(text)
    .default([])
    .describe('Files that are no posts, as patterns of paths in the posts folder.'),
  drafts: z.boolean().default(false).describe('Publish posts that are marked as drafts.'),
  future: z.boolean().default(false).describe('Publish posts with a date in the future.'),
  datesWithoutZone: z
    .enum(['site', 'utc', 'jekyll'])
    .default('site')
    .describe('Time zone of dates without a zone.'),
  liquid: z
    .enum(['off', 'render'])
    .default('off')
    .describe('What happens to Liquid in the text of posts.'),
  includes: text.default('../_includes').describe('Folder of the files for {% include %}.'),
  shortcodes: text
    .default('../shortcodes')
    .describe('Folder of the templates for shortcodes and components, `NAME.liquid`.'),
  iframesFrom: z.array(text).default([]).describe('Hosts whose iframes are kept in the content.'),
  published: text
    .default('../data/published-posts.jsonl')
    .describe('File that stores the ids of published posts.'),
  sameStory: z
    .union([z.literal(SEPARATE), sameStory])
    .prefault({})
    .describe('When two posts are the same story. `off`: each post is its own story.'),
});

const feeds = z.strictObject({
  folder: text.default('../public').describe('Output folder of the feeds.'),
  formats: z
    .array(z.enum(['rss', 'atom', 'json']))
    .min(1)
    .default(['rss', 'atom', 'json'])
    .describe('Formats of each feed.'),
  items: count(1, 1000)
    .default(50)
    .describe('Number of items in a feed and in a history document.'),
  categories: z.boolean().default(true).describe('One feed for each category.'),
  authors: z.boolean().default(true).describe('One feed for each author.'),
  tags: z.boolean().default(false).describe('One feed for each tag.'),
  languages: z.boolean().default(false).describe('One feed for each language of the posts.'),
  historyDocuments: z
    .union([z.literal('all'), count(0, 1_000_000)])
    .default(10)
    .describe('Number of history documents (RFC 5005), from the newest.'),
  stories: z
    .enum(['one', 'all'])
    .default('one')
    .describe('One item for each story, or one for each post.'),
  copyPictures: z
    .boolean()
    .optional()
    .describe(
      'Copy pictures beside posts into `pictures/` of the output folder, because the generator renames its own.',
    ),
  hub: webUrl.optional().describe('WebSub hub. It is notified when feeds change.'),
  ttlMinutes: count(1, 525_600)
    .default(60)
    .describe('Minutes until a feed reader should ask again.'),
  rebuildMinutes: count(1, 1440)
    .default(15)
    .describe('`broadsheet start` builds the feeds when posts change, and at this interval.'),
});

const holidays = z.strictObject({
  country: z
    .string()
    .superRefine((value, context) => {
      const message = countryCodeFault(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message, input: value });
    })
    .optional()
    .describe('Country (ISO 3166-1) with the public holidays.'),
  region: text
    .optional()
    .describe('Region of the country with its own holidays, such as SCT or BY.'),
  ics: text.optional().describe('Calendar file (iCalendar). Its all-day events are holidays, too.'),
});

/** When a newsletter is sent automatically. */
const schedule = z.strictObject({
  cron: text.describe('Cron expression with one time of day, in the time zone of the newsletter.'),
  holidays: holidays.prefault({}).describe('Days without an edition.'),
  whenTooFew: z
    .enum(['skip', 'wait'])
    .default('skip')
    .describe('With too few stories at that time: skip the day, or wait for more.'),
  waitUntil: text
    .refine(isTimeOfDay, 'is not a time of day; write one like "12:00"')
    .default('12:00')
    .describe('Time of day until which `wait` waits.'),
  latestHours: z
    .number()
    .min(0.1)
    .max(24)
    .default(2)
    .describe(
      'Hours after the time in which the edition is still sent automatically. Later it is held.',
    ),
});

const ofService = {
  schedule: schedule
    .optional()
    .describe('When `broadsheet start` sends it. Without a schedule, it is only sent by hand.'),
  approve: z
    .boolean()
    .default(false)
    .describe('Whether an editor has to approve scheduled editions.'),
  editor: emailAddress
    .optional()
    .describe('Address of the editor who approves editions and gets reports.'),
  reportAfterHours: z
    .number()
    .min(0)
    .max(120)
    .optional()
    .describe(
      'Hours after an edition was sent until the editor gets its report by mail. Default: none.',
    ),
  listed: z.boolean().default(true).describe('Whether the site offers it.'),
  archive: z
    .enum(['indexed', 'noindex', 'off'])
    .default('indexed')
    .describe(
      'The archive of editions on the site: public, public but not for search engines, or none.',
    ),
};

const newsletter = z.strictObject({
  id: id.describe('Name of the newsletter on the command line and in URLs.'),
  name: text.describe('Name that readers see.'),
  description: z.string().trim().default('').describe('One sentence about the newsletter.'),
  from: z
    .strictObject({
      name: text.describe('Name of the sender.'),
      address: emailAddress.describe('Address of the sender. SPF, DKIM and DMARC use its domain.'),
    })
    .describe('Sender of every message.'),
  replyTo: emailAddress.optional().describe('Address for replies. Default: `from.address`.'),
  unsubscribeMail: emailAddress
    .optional()
    .describe('Address for unsubscribe mails. Default: `from.address` with `+unsubscribe`.'),
  bounceAddress: bounceAddress
    .optional()
    .describe(
      'Envelope sender. A token after `+` names the message (VERP), so bounces can be read. Default: `from.address` without a token.',
    ),
  complaintAddress: asciiAddress
    .optional()
    .describe(
      'Address for complaints (RFC 9477), in the domain of `from.address` or below it. Default: none is named.',
    ),
  listId: z
    .string()
    .regex(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, 'is not a List-Id; write one like news.example.org')
    .optional()
    .describe('List-Id (RFC 2919). It should never change.'),
  subject: text.default('{{ lead.title }}').describe('Liquid template of the subject.'),
  categories: z
    .array(text)
    .default([])
    .describe('Only posts of these categories. Empty: all posts.'),
  languages: z
    .array(language)
    .default([])
    .describe('Only posts in these languages (BCP 47); `pt` also takes `pt-BR`. Empty: all posts.'),
  stories: count(1, 50)
    .default(8)
    .describe('Number of stories with picture and excerpt, with the lead.'),
  labels: z
    .enum(['strip', 'keep'])
    .default('strip')
    .describe('Whether labels such as "Update:" before a title are taken off in the digest.'),
  headlines: count(0, 200).default(12).describe('Number of further stories, as headlines only.'),
  minimumStories: count(1, 50).default(1).describe('With fewer stories, no edition is sent.'),
  lookbackDays: count(1, 366).default(7).describe('Older posts are not in an edition.'),
  language: language
    .optional()
    .describe('Language (BCP 47). Default: the one in `languages`, else `site.language`.'),
  timeZone: timeZone.optional().describe('Time zone (IANA). Default: `site.timeZone`.'),
  postalAddress: text.describe('Postal address of the publisher, for the footer of each message.'),
  logo: logo
    .optional()
    .describe('Logo at the top of the mails, in place of the name. Like `site.logo`.'),
  color: color.optional().describe('Accent colour of the mails. Default: `site.color`.'),
  whenInDoubt: z
    .enum(['resend', 'skip', 'ask'])
    .default('resend')
    .describe('What happens to a message that is in doubt after a crash.'),
  staleAfterHours: count(1, 168)
    .default(12)
    .describe('Hours after the first send during which an edition may still be sent.'),
  softBounces: count(1, 100)
    .default(5)
    .describe('Number of editions in a row that a mailbox refuses until its subscription ends.'),
  sunset: z
    .strictObject({
      afterEditions: count(1, 10_000).describe(
        'Number of editions without a sign of life until a reader is asked.',
      ),
      pauseAfterDays: count(1, 365)
        .default(30)
        .describe('Days without an answer until the subscription is paused.'),
    })
    .optional()
    .describe('Asks readers who gave no sign of life whether they still read it. Default: nobody.'),
  weekly: id
    .optional()
    .describe('Newsletter that is offered instead to people who want less mail, by its id.'),
  headers: mailHeaders
    .optional()
    .describe('Headers of its editions for the relay, such as a stream or a tag.'),
  ...ofService,
});

const NO_DATE = 'is not a date; write one like 2026-03-01';

/** Options of each relay, besides its URL. With one relay, they stand in `email`. */
export const relayOptions = {
  relay: z
    .enum(RELAY_PRESET_NAMES)
    .optional()
    .describe('Provider of the relay. Its host, limits and headers are filled in.'),
  region: z
    .string()
    .regex(/^[a-z0-9]+([.-][a-z0-9]+)*$/, 'is not a region; write one like eu-west-1')
    .optional()
    .describe('Region of the account: of `ses` (eu-west-1), `mailgun` (us, eu), `zoho` (com, eu).'),
  connections: count(1, 100)
    .optional()
    .describe(
      'Maximum of connections to the relay at the same time. Default: 5, or that of `relay`.',
    ),
  messagesPerSecond: z
    .number()
    .min(0.01)
    .max(100_000)
    .optional()
    .describe('Maximum of messages a second.'),
  messagesPerHour: count(1, 1e9).optional().describe('Maximum of messages in an hour.'),
  messagesPerDay: count(1, 1e9).optional().describe('Maximum of messages in 24 hours.'),
  messagesPerConnection: count(1, 1e6)
    .optional()
    .describe('Maximum of messages on one connection.'),
  keepsSender: z
    .boolean()
    .optional()
    .describe(
      'Whether the relay keeps the envelope sender. If not, `bounceAddress` is not used. Default: true, or false with `relay`.',
    ),
  warmUp: z
    .strictObject({
      from: z
        .string()
        .regex(/^\d{4}-\d\d-\d\d$/, { error: NO_DATE, abort: true })
        .refine(isDay, NO_DATE)
        .describe('First day, in UTC.'),
      messagesPerDay: z
        .array(count(1, 1e9))
        .min(1)
        .describe('Maximum of messages on the first day, the second, and so on.'),
    })
    .optional()
    .describe('Daily maximum that grows, for a new sender or relay.'),
  headers: mailHeaders
    .optional()
    .describe('Headers of all mail over the relay, as it asks for them.'),
  oauth: z
    .strictObject({
      user: z
        .string()
        .regex(/^[\x21-\x7e]+$/, 'is not a mailbox; write its address')
        .describe('Address of the mailbox that sends.'),
      clientId: text.describe('Id of the application, or address of a service account of Google.'),
      tenant: z
        .string()
        .regex(/^[a-z0-9.-]+$/i, 'is not a tenant; write its id or domain')
        .optional()
        .describe('Directory (tenant) of the organisation at Microsoft.'),
      tokenUrl: text
        .refine(
          isTokenUrl,
          'is not an address of a token server; write one like https://login.example/token',
        )
        .optional()
        .describe('URL of the token server. Default: that of `relay`.'),
      scope: text.optional().describe('Scope to ask for. Default: that of `relay`.'),
    })
    .optional()
    .describe('Access tokens (OAuth 2.0) instead of a password.'),
};

const relay = z.strictObject({
  id: id.describe('Name of the relay. Its quotas are stored under this name.'),
  smtpUrl: smtpUrl
    .optional()
    .describe(
      'URL of the relay, without name and password. Default: that of `relay`. Or set BROADSHEET_SMTP_URL_ID.',
    ),
  weight: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .describe('Share of the messages. 0: only if no other relay works.'),
  ...relayOptions,
});

const domainLimits = {
  connections: count(1, 100).describe('Maximum of messages at the same time.'),
  messagesPerSecond: z
    .number()
    .min(0.01)
    .max(100_000)
    .optional()
    .describe('Maximum of messages a second.'),
};

const domain = z.strictObject({
  domain: text
    .refine(
      (value) => isDomain(value) || isProvider(value.toLowerCase()),
      'is not a domain; write the part of addresses after the @, like example.com',
    )
    .describe(
      'Part of the addresses after the @, or all domains of `google`, `microsoft` or `yahoo`.',
    ),
  ...domainLimits,
});

/** A key that signs messages. */
export const dkimSchema = z.strictObject({
  domain: hostName.describe('Domain that signs: that of `from.address`, or one above it.'),
  selector: text
    .regex(
      /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
      'is not a selector; write lower-case letters, digits and hyphens',
    )
    .describe('Selector. The DNS has the public key at SELECTOR._domainkey.DOMAIN.'),
  keyFile: text.describe('File with the private key: RSA or Ed25519, in PEM.'),
});

/** Making and sending email. */
const email = z.strictObject({
  templates: text.default('../email-templates').describe('Folder of the email templates.'),
  smtpUrl: smtpUrl
    .optional()
    .describe(
      'URL of the relay, without name and password. Default: that of `relay`, or smtp://localhost:25.',
    ),
  name: hostName
    .optional()
    .describe('Name of this machine for relays (EHLO): a host name in the public DNS.'),
  ...relayOptions,
  dkim: z
    .array(dkimSchema)
    .default([])
    .describe('Keys that sign messages (DKIM). `broadsheet dkim new` makes one.'),
  relays: z
    .array(relay)
    .default([])
    .describe('Several relays, instead of `smtpUrl` and the limits beside it.'),
  domainConnections: count(1, 100)
    .default(20)
    .describe(
      'Maximum of messages at the same time to one destination domain, or to one provider of many.',
    ),
  domainMessagesPerSecond: z
    .number()
    .min(0.01)
    .max(100_000)
    .optional()
    .describe(
      'Maximum of messages a second to one destination domain, or to one provider of many.',
    ),
  domains: z.array(domain).default([]).describe('Destination domains with their own limits.'),
});

const database = z.strictObject({
  url: databaseUrl('postgres://host/name')
    .refine(
      hasNoPassword,
      'holds a password; put the whole URL into BROADSHEET_DATABASE_URL instead',
    )
    .optional()
    .describe('URL of the database. Default: sqlite:../.broadsheet/broadsheet.db.'),
  journal: text
    .optional()
    .describe('File with departures, for a restored backup. Default: beside the database.'),
});

const signUp = z.strictObject({
  perAddressPerDay: count(1, 100)
    .default(3)
    .describe('Maximum of mails to one address in 24 hours.'),
  perIpPerHour: count(1, 100_000)
    .default(10)
    .describe('Maximum of mails requested from one IP address in an hour.'),
  perHour: count(1, 1e7).default(500).describe('Maximum of such mails in an hour, in total.'),
  minimumSeconds: z
    .number()
    .min(0)
    .max(60)
    .default(2)
    .describe('Forms that are sent faster are refused: no person fills them in so fast.'),
  proofOfWork: count(0, 24)
    .default(0)
    .describe('Bits of work that a browser has to do before it sends a form. It needs JavaScript.'),
});

/** The site and the feeds over HTTP. */
const web = z.strictObject({
  host: text.default('127.0.0.1').describe('IP address to listen on. 0.0.0.0 or ::: all.'),
  port: count(0, 65_535).default(8080).describe('Port to listen on. 0: any free port.'),
  trustedProxies: z
    .array(
      text.refine(
        isNetwork,
        'is not an address or a network; write one like 127.0.0.1, 10.0.0.0/8 or fd00::/8',
      ),
    )
    .default([])
    .describe('IP addresses or networks of proxies whose X-Forwarded-For is used.'),
  metricsHost: text.default('127.0.0.1').describe('IP address on which metrics are served.'),
  metricsPort: count(0, 65_535).default(9464).describe('Port of /metrics. 0: no metrics.'),
  language: language
    .optional()
    .describe("Language of the site's pages (BCP 47). Default: `site.language`."),
  languages: text.default('../languages').describe('Folder of the language files.'),
  templates: text
    .default('../web-templates')
    .describe("Folder of the templates of the site's pages."),
  privacyUrl: webUrl.optional().describe('URL of the privacy policy.'),
  formOrigins: z
    .array(text.refine(isOrigin, 'is not an origin; write one like https://example.org'))
    .default([])
    .describe('Origins of other sites whose scripts may send sign-ups (CORS).'),
  signUp: signUp.prefault({}).describe('Limits that prevent floods of mail to other people.'),
});

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** Where mail that comes back is read. */
const inbound = z.strictObject({
  imap: z
    .strictObject({
      host: text.describe('The server.'),
      port: count(1, 65_535).default(993).describe('Its port.'),
      tls: z
        .enum(['yes', 'starttls', 'no'])
        .default('yes')
        .describe('Encryption from the start, or by STARTTLS; `no` only on this machine.'),
      user: text.describe('The login. The password belongs into BROADSHEET_IMAP_PASSWORD.'),
      mailbox: text.default('INBOX').describe('The mailbox to read.'),
      moveTo: text
        .optional()
        .describe('Mailbox that read mails are moved to. Default: they stay, and stay unread.'),
    })
    .refine(({ tls, host }) => tls !== 'no' || LOOPBACK.includes(host), {
      path: ['tls'],
      error: 'would send the password to another machine without encryption; write yes or starttls',
    })
    .optional()
    .describe('Mailbox on an IMAP server.'),
  maildir: text.optional().describe('Folder in Maildir format, with `new` and `cur`.'),
  mbox: text.optional().describe('File in mbox format, such as /var/mail/bounces.'),
  listen: z
    .strictObject({
      protocol: z.enum(['smtp', 'lmtp']).default('lmtp').describe('The protocol.'),
      host: text.default('127.0.0.1').describe('IP address to listen on.'),
      port: count(0, 65_535).describe('Port to listen on. 0: any free port.'),
    })
    .optional()
    .describe('Server that gets mail from your mail server. It accepts only what it can use.'),
});

/** What is checked before an edition is sent. */
const gate = z.strictObject({
  links: z
    .enum(['off', 'check'])
    .default('off')
    .describe('Whether the servers of all links and pictures are asked if these exist.'),
  clients: z
    .array(z.enum(MAIL_CLIENT_IDS))
    .default(['apple-mail', 'gmail', 'outlook-windows', 'outlook-com', 'yahoo'])
    .describe('Mail programs of your readers. HTML and CSS that one of them lacks is a warning.'),
  spamAssassin: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe('Whether SpamAssassin scores an edition if this machine has the program.'),
});

/** Questions to the DNS. */
const dns = z.strictObject({
  servers: z
    .array(
      text.refine(
        isDnsServer,
        'is not an IP address; write one like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53',
      ),
    )
    .default([])
    .describe('IP addresses of DNS resolvers. Empty: those of the system.'),
});

/** Alerts about editions that are not sent. */
const alerts = z.strictObject({
  command: text
    .optional()
    .describe('Command that runs when an edition fails, is held or is missed.'),
  url: webUrl.optional().describe('URL that gets a POST (JSON) at the same times.'),
  heartbeatUrl: webUrl
    .optional()
    .describe('URL that gets a GET after each day without a fault, for a monitoring service.'),
});

/** What `hooks` may be notified of. */
export const HOOK_EVENTS = ['join', 'leave', 'bounce', 'complaint', 'sent'] as const;

const hook = z.strictObject({
  url: text
    .refine(
      isTokenUrl,
      'is not a URL with https and without a password; write one like https://crm.example/hook',
    )
    .describe('URL that gets a POST (JSON) for each event, signed as Standard Webhooks.'),
  on: z
    .array(z.enum(HOOK_EVENTS))
    .min(1, 'is empty; name an event, such as join')
    .default([...HOOK_EVENTS])
    .describe(
      'Events: somebody joins, leaves, bounces or complains, and `sent` once no message of an edition waits.',
    ),
  newsletter: id.optional().describe('Id of the only newsletter that it is about.'),
});

/** The schema of `config/broadsheet.yaml`. Unknown keys are errors: this finds typos. */
export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe('JSON Schema of this file, for editors.'),
    site: site.describe('The site with the posts.'),
    publicUrl: folderUrl.optional().describe('URL of the output folder, if it is not `site.url`.'),
    serviceUrl: serviceUrl
      .optional()
      .describe(
        'URL of `broadsheet start`, if it is not `publicUrl`. `none`: no service; people unsubscribe by mail.',
      ),
    posts: posts.prefault({}).describe('The posts.'),
    feeds: feeds.prefault({}).describe('The feeds.'),
    newsletters: z.array(newsletter).default([]).describe('The newsletters.'),
    email: email.prefault({}).describe('How email is composed and sent.'),
    database: database.prefault({}).describe('The database.'),
    web: web.prefault({}).describe('The web server of `broadsheet start`: the site and the feeds.'),
    inbound: inbound.prefault({}).describe('Where mail that comes back is read.'),
    alerts: alerts.prefault({}).describe('Alerts about editions that are not sent.'),
    gate: gate.prefault({}).describe('What is checked before an edition is sent.'),
    hooks: z
      .array(hook)
      .default([])
      .describe('Programs that are notified of subscribers and editions.'),
    dns: dns.prefault({}).describe('Questions to the DNS.'),
  })
  .describe('Configuration of Broadsheet.');

export type ConfigFile = z.output<typeof configSchema>;
