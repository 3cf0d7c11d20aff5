import { z } from 'zod';
import { permalinkFlaw } from './permalink.ts';
import { database, email } from './schema-mail.ts';
import { alerts, ofService, web } from './schema-service.ts';
import {
  count,
  emailAddress,
  folderUrl,
  id,
  language,
  serviceUrl,
  text,
  timeZone,
  webUrl,
} from './schema-values.ts';

const person = z.strictObject({
  name: text.describe('Name as readers see it.'),
  email: emailAddress.exactOptional().describe('Public email address.'),
  url: webUrl.exactOptional().describe('Page about the author.'),
});

const site = z.strictObject({
  title: text.describe('Title of the site and of its main feed.'),
  url: folderUrl.describe("Where the posts' pages are."),
  description: z.string().trim().default('').describe('One sentence about the site.'),
  language: language.default('en').describe('BCP 47 tag of posts that do not name their own.'),
  timeZone: timeZone.default('UTC').describe('IANA zone: what a date without one means.'),
  author: person.describe('Who publishes, for feeds and for posts that name nobody.'),
  copyright: text.exactOptional().describe('Copyright line of the feeds.'),
  image: text.exactOptional().describe('Picture of the site: a URL, or a path from its root.'),
});

/** Words that aggregators put before the title of a story that they repeat. */
const LABELS = [
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
    .describe('Labels before titles that do not make a new story.'),
  withinHours: z
    .number()
    .min(0)
    .max(8760)
    .default(72)
    .describe('Posts further apart are never one story.'),
  likeness: z
    .number()
    .min(0.3)
    .max(1)
    .default(0.6)
    .describe('Share of common text that makes one story.'),
});

const posts = z.strictObject({
  folder: text.default('../posts').describe('Folder of the posts.'),
  siteRoot: text.exactOptional().describe('Root of the site, where /assets/... is found.'),
  permalink: text
    .refine((value) => permalinkFlaw(value) === undefined, {
      error: ({ input }) => permalinkFlaw(String(input)),
    })
    .default('date')
    .describe("How addresses are made, in Jekyll's words."),
  drafts: z.boolean().default(false).describe('Publish drafts too.'),
  future: z.boolean().default(false).describe('Publish posts dated in the future too.'),
  datesWithoutZone: z
    .enum(['site', 'utc', 'jekyll'])
    .default('site')
    .describe('Zone of dates without one.'),
  liquid: z.enum(['off', 'render']).default('off').describe('Liquid in the text of posts.'),
  includes: text.default('../_includes').describe('Folder of the files of {% include %}.'),
  iframesFrom: z.array(text).default([]).describe('Hosts whose iframes stay in the content.'),
  published: text.default('../data/published-posts.jsonl').describe('Remembers the ids of posts.'),
  sameStory: sameStory.prefault({}).describe('What counts as the same story.'),
});

const feeds = z.strictObject({
  folder: text.default('../public').describe('Folder that the feeds are written to.'),
  formats: z
    .array(z.enum(['rss', 'atom', 'json']))
    .min(1)
    .default(['rss', 'atom', 'json'])
    .describe('Formats of every feed.'),
  items: count(1, 1000).default(50).describe('Items in a live feed and in a history document.'),
  categories: z.boolean().default(true).describe('One feed for each category.'),
  authors: z.boolean().default(true).describe('One feed for each author.'),
  tags: z.boolean().default(false).describe('One feed for each tag.'),
  historyDocuments: z
    .union([z.literal('all'), count(0, 1_000_000)])
    .default(10)
    .describe('How many history documents are kept up, from the newest.'),
  stories: z
    .enum(['one', 'all'])
    .default('one')
    .describe('One item for a story, or one for each post.'),
  hub: webUrl.exactOptional().describe('WebSub hub, which is told when feeds change.'),
  ttlMinutes: count(1, 525_600).default(60).describe('Minutes after which a reader may ask again.'),
  rebuildMinutes: count(1, 1440)
    .default(15)
    .describe('`broadsheet start` builds when posts change, and so often besides.'),
});

const newsletter = z.strictObject({
  id: id.describe('Name of the newsletter on the command line and in addresses.'),
  name: text.describe('Name as readers see it.'),
  description: z.string().trim().default('').describe('One sentence about the newsletter.'),
  from: z
    .strictObject({
      name: text.describe('Name of the sender.'),
      address: emailAddress.describe(
        'Address of the sender; SPF, DKIM and DMARC go by its domain.',
      ),
    })
    .describe('Sender of every message.'),
  replyTo: emailAddress.exactOptional().describe('Where answers go, when not to from.address.'),
  unsubscribeMail: emailAddress.exactOptional().describe('Takes mails that ask to leave.'),
  listId: z
    .string()
    .regex(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, 'is not a List-Id; write one like news.example.org')
    .exactOptional()
    .describe('RFC 2919 identifier, one for the life of the newsletter.'),
  subject: text.default('{{ lead.title }}').describe('Liquid template of the subject.'),
  categories: z
    .array(text)
    .default([])
    .describe('Only posts of these categories; empty means all.'),
  stories: count(1, 50).default(8).describe('Stories with picture and excerpt, the lead included.'),
  headlines: count(0, 200).default(12).describe('Stories after these, as headlines.'),
  minimumStories: count(1, 50).default(1).describe('With fewer stories there is no edition.'),
  lookbackDays: count(1, 366).default(7).describe('Posts older than this are in no edition.'),
  language: language.exactOptional().describe("BCP 47, when it is not the site's."),
  timeZone: timeZone.exactOptional().describe("IANA zone, when it is not the site's."),
  postalAddress: text.describe("The publisher's postal address, for the foot of every message."),
  color: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'is not a colour; write one like "#8b1e2d"')
    .default('#8b1e2d')
    .describe('Accent colour of the digest.'),
  whenInDoubt: z
    .enum(['resend', 'skip', 'ask'])
    .default('resend')
    .describe('What becomes of a message that a crash left in doubt.'),
  staleAfterHours: count(1, 168)
    .default(12)
    .describe('So long after it was first sent an edition goes to nobody any more.'),
  softBounces: count(1, 100)
    .default(5)
    .describe('So many editions in a row that a mailbox refused end the subscription.'),
  ...ofService,
});

/** The schema of `config/broadsheet.yaml`. Unknown keys are errors: this finds typos. */
export const configSchema = z
  .strictObject({
    $schema: z.string().exactOptional().describe('JSON Schema of this file, for editors.'),
    site: site.describe('The site that the posts are published on.'),
    publicUrl: folderUrl.exactOptional().describe('Where the output folder is published.'),
    serviceUrl: serviceUrl
      .exactOptional()
      .describe('Where `broadsheet start` answers, if not at `publicUrl`; `none`: nowhere.'),
    posts: posts.prefault({}).describe('The posts.'),
    feeds: feeds.prefault({}).describe('The feeds.'),
    newsletters: z.array(newsletter).default([]).describe('The newsletters.'),
    email: email.prefault({}).describe('How email is made and sent.'),
    database: database.prefault({}).describe('The database.'),
    web: web.prefault({}).describe('The site and the feeds over HTTP, by `broadsheet start`.'),
    alerts: alerts.prefault({}).describe('Whom to tell when an edition does not go out.'),
  })
  .describe('Configuration of Broadsheet.');

export type ConfigFile = z.output<typeof configSchema>;
