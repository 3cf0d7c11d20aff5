import { z } from 'zod';
import {
  count,
  hasNoPassword,
  hostName,
  id,
  isDatabaseUrl,
  isDay,
  isDomain,
  smtpUrl,
  text,
} from './schema-values.ts';

const NO_DATE = 'is not a date; write one like 2026-03-01';

/** Limits of one relay. */
const relayLimits = {
  connections: count(1, 100).default(5).describe('Connections to the relay at once.'),
  messagesPerSecond: z.number().min(0.01).max(100_000).exactOptional().describe('At most so many.'),
  messagesPerHour: count(1, 1e9).exactOptional().describe('At most so many in any hour.'),
  messagesPerDay: count(1, 1e9).exactOptional().describe('At most so many in any 24 hours.'),
  messagesPerConnection: count(1, 1e6).exactOptional().describe('Then another one is opened.'),
  warmUp: z
    .strictObject({
      from: z
        .string()
        .regex(/^\d{4}-\d\d-\d\d$/, { error: NO_DATE, abort: true })
        .refine(isDay, NO_DATE)
        .describe('First day, in UTC.'),
      messagesPerDay: z.array(count(1, 1e9)).min(1).describe('The most on each day from then on.'),
    })
    .exactOptional()
    .describe('A daily ceiling that grows, for a new address or relay.'),
};

const relay = z.strictObject({
  id: id.describe('Name of the relay; quotas are kept under it.'),
  smtpUrl: smtpUrl
    .exactOptional()
    .describe('The relay, without name and password; else BROADSHEET_SMTP_URL_ID is.'),
  weight: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .describe('Share of the messages; 0: only when no other relay can.'),
  ...relayLimits,
});

const domainLimits = {
  connections: count(1, 100).describe('Messages at once.'),
  messagesPerSecond: z.number().min(0.01).max(100_000).exactOptional().describe('At most so many.'),
};

const domain = z.strictObject({
  domain: text
    .refine(isDomain, 'is not a domain; write the part of addresses after the @, like example.com')
    .describe('The part of addresses after the @.'),
  ...domainLimits,
});

/** Making and sending email. */
export const email = z.strictObject({
  templates: text.default('../email-templates').describe('Folder of the email templates.'),
  smtpUrl: smtpUrl.default('smtp://localhost:25').describe('The relay, without name and password.'),
  name: hostName
    .exactOptional()
    .describe('Name of this machine for relays (EHLO): a host name that the internet knows.'),
  ...relayLimits,
  relays: z
    .array(relay)
    .default([])
    .describe('Several relays, in place of smtpUrl and the limits beside it.'),
  domainConnections: count(1, 100)
    .default(20)
    .describe('Messages at once to one destination domain.'),
  domainMessagesPerSecond: z
    .number()
    .min(0.01)
    .max(100_000)
    .exactOptional()
    .describe('At most so many to one destination domain.'),
  domains: z.array(domain).default([]).describe('Destination domains with limits of their own.'),
});

export const database = z.strictObject({
  url: text
    .refine(isDatabaseUrl, 'is not a database; write sqlite: and a path, or postgres://host/name')
    .refine(
      hasNoPassword,
      'holds a password; put the whole URL into BROADSHEET_DATABASE_URL instead',
    )
    .exactOptional()
    .describe(
      'Where subscribers and editions are kept; by default sqlite:../.broadsheet/broadsheet.db.',
    ),
  journal: text
    .exactOptional()
    .describe('File of those who left, for a restored backup; beside the database by default.'),
});
