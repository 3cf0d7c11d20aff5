import { z } from 'zod';
import { countryCodeFault } from './country-code.ts';
import {
  count,
  emailAddress,
  isNetwork,
  isOrigin,
  isTimeOfDay,
  language,
  text,
  webUrl,
} from './schema-values.ts';

const holidays = z.strictObject({
  country: z
    .string()
    .superRefine((value, context) => {
      const message = countryCodeFault(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message, input: value });
    })
    .exactOptional()
    .describe('Country whose public holidays are kept, ISO 3166-1.'),
  region: text.exactOptional().describe('Its part with holidays of its own, such as SCT or BY.'),
  ics: text
    .exactOptional()
    .describe('Calendar file (iCalendar) whose all-day events are kept too.'),
});

/** When a newsletter is sent automatically. */
export const schedule = z.strictObject({
  cron: text.describe('Cron expression with one time of day, in the zone of the newsletter.'),
  holidays: holidays.prefault({}).describe('Days without an edition.'),
  whenTooFew: z
    .enum(['skip', 'wait'])
    .default('skip')
    .describe('With too few stories at that time: no edition that day, or look again.'),
  waitUntil: text
    .refine(isTimeOfDay, 'is not a time of day; write one like "12:00"')
    .default('12:00')
    .describe('How long to look again, a time of the same day.'),
  latestHours: z
    .number()
    .min(0.1)
    .max(24)
    .default(2)
    .describe('So much later an edition is still sent by itself; after that it is held.'),
});

/** Additional options of a newsletter, for the service and the site. */
export const ofService = {
  schedule: schedule
    .exactOptional()
    .describe('When it is sent by itself, by `broadsheet start`; without it, by hand only.'),
  approve: z
    .boolean()
    .default(false)
    .describe('Is an editor asked before an edition of the schedule is sent?'),
  editor: emailAddress.exactOptional().describe('Gets the editions to approve.'),
  listed: z.boolean().default(true).describe('Is it offered on the site?'),
  archive: z
    .enum(['indexed', 'noindex', 'off'])
    .default('indexed')
    .describe('Its editions on the site: for all, not for search engines, or not at all.'),
};

const signUp = z.strictObject({
  perAddressPerDay: count(1, 100).default(3).describe('Mails to one address within 24 hours.'),
  perIpPerHour: count(1, 100_000)
    .default(10)
    .describe('Mails asked for from one IP within an hour.'),
  perHour: count(1, 1e7).default(500).describe('Mails of this kind within an hour, in all.'),
  minimumSeconds: z
    .number()
    .min(0)
    .max(60)
    .default(2)
    .describe('A form that is sent sooner was not filled in by a person.'),
  proofOfWork: count(0, 24)
    .default(0)
    .describe('Bits of work that a browser has to do before a form is taken; needs a script.'),
});

/** The site and the feeds over HTTP. */
export const web = z.strictObject({
  host: text.default('127.0.0.1').describe('Address to listen on; 0.0.0.0 or :: for all.'),
  port: count(0, 65_535).default(8080).describe('Port to listen on; 0: any free one.'),
  trustedProxies: z
    .array(
      text.refine(
        isNetwork,
        'is not an address or a network; write one like 127.0.0.1, 10.0.0.0/8 or fd00::/8',
      ),
    )
    .default([])
    .describe('Addresses or networks of proxies in front, whose X-Forwarded-For is believed.'),
  metricsHost: text.default('127.0.0.1').describe('Address that metrics are served on.'),
  metricsPort: count(0, 65_535).default(9464).describe('Port of /metrics; 0: no metrics.'),
  language: language.exactOptional().describe("Language of the site's pages; else the site's."),
  languages: text.default('../languages').describe('Folder of language files.'),
  templates: text.default('../web-templates').describe("Folder of the site's templates."),
  privacyUrl: webUrl.exactOptional().describe('Page that says what becomes of addresses.'),
  formOrigins: z
    .array(text.refine(isOrigin, 'is not an origin; write one like https://example.org'))
    .default([])
    .describe('Other sites whose pages may sign people up by script.'),
  signUp: signUp.prefault({}).describe('What keeps strangers from flooding inboxes.'),
});

/** Alerts about editions that are not sent. */
export const alerts = z.strictObject({
  command: text.exactOptional().describe('Run when a slot fails, is held or is missed.'),
  url: webUrl.exactOptional().describe('Gets a POST (JSON) at the same times.'),
  heartbeatUrl: webUrl
    .exactOptional()
    .describe("Gets a GET after every slot that went well, for a dead man's switch elsewhere."),
});
