import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFeeds } from '../../build/build-feeds.ts';
import { openStore } from '../../database/open-store.ts';
import { deliverEdition } from '../../delivery/run/deliver-edition.ts';
import { prepareSend } from '../../delivery/run/prepare-send.ts';
import type { SendReport } from '../../delivery/run/send-report.ts';
import type { BuildReport } from '../../feeds/build/build-report.ts';
import { stoppedClock } from '../../kernel/clock.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import type { Log } from '../../kernel/log.ts';
import type { Config } from '../../settings/config.ts';
import { loadConfig } from '../../settings/load-config.ts';
import { addSubscriber } from '../../subscribers/add-subscriber.ts';
import { removeSubscriber } from '../../subscribers/remove-subscriber.ts';
import { parseAddresses, parseTime } from '../arguments.ts';
import { assemble } from '../assemble.ts';
import { keepMessages, openDemoInbox } from './demo-inbox.ts';

/**
 * The sample posts end the evening before. The demo's clock always shows this time in its config's zone.
 */
const NOW = '2026-03-20T07:00';

const NEWSLETTER = 'politics-essential';

/** Leaves before the edition is sent. */
const LEFT = 'left@example.org';

/** The people who sign up in the demo. */
const SUBSCRIBERS = [
  ['ada@example.org', 'Ada Quill'],
  ['bo@example.net', 'Bo Lindqvist'],
  ['chidi@example.com', 'Chidi Marsh'],
  ['dilnoza@example.org', 'Dilnoza Reed'],
  ['emre@example.net', 'Emre Vale'],
  [LEFT, 'Someone who left'],
] as const;

export interface DemoReport {
  readonly now: Temporal.Instant;
  readonly timeZone: string;
  readonly build: BuildReport;
  readonly send: SendReport;
  /** The page that lists the received messages. */
  readonly inboxPage: string;
}

/**
 * Does the main job once with the package's sample posts: writes feeds to `output`, and sends an edition
 * by SMTP to a server on loopback. `folder` (emptied first) gets the demo's database and the received
 * messages. Throws a usage error if the folder exists and the demo did not make it.
 */
export async function runDemo(
  packageFolder: string,
  { folder, output, log }: { readonly folder: string; readonly output: string; readonly log: Log },
): Promise<DemoReport> {
  emptyFolder(folder);
  const inbox = await openDemoInbox();
  try {
    const sample = loadConfig(join(packageFolder, 'config/broadsheet.yaml'), {});
    const config: Config = {
      ...sample,
      folders: { ...sample.folders, output },
      publishedFile: join(folder, 'published-posts.jsonl'),
      databaseUrl: `sqlite:${join(folder, 'broadsheet.db')}`,
      journalFile: join(folder, 'journal.jsonl'),
      machine: 'demo',
      relays: [{ ...sample.relays[0], url: inbox.url }],
      secrets: [randomBytes(32).toString('hex')],
    };
    const now = parseTime(NOW, config.site.timeZone);
    const build = await buildFeeds(config, { now, log });
    const send = await sendEdition(config, now, log);
    const inboxPage = await keepMessages(join(folder, 'inbox'), inbox.messages, {
      url: config.site.url,
      root: config.folders.siteRoot,
    });
    return { now, timeZone: config.site.timeZone, build, send, inboxPage };
  } finally {
    await inbox.close();
  }
}

/** This file marks the demo's own folder. */
const MARK = 'made-by-broadsheet-demo.txt';

function emptyFolder(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(join(folder, MARK))) {
    throw new BroadsheetError(
      EXIT.usage,
      `${folder}  already exists and was not made by the demo; run the demo in another folder, or rename this one`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, MARK), 'Each run of `broadsheet demo` empties this folder.\n');
}

async function sendEdition(config: Config, now: Temporal.Instant, log: Log): Promise<SendReport> {
  const store = await openStore(config.databaseUrl);
  try {
    const context = assemble(config, store, log, stoppedClock(now));
    for (const [text, name] of SUBSCRIBERS) {
      const [address] = parseAddresses([text]);
      await addSubscriber(context, { newsletter: NEWSLETTER, address, name });
      if (text === LEFT) await removeSubscriber(context, { newsletter: NEWSLETTER, address });
    }
    const preparation = await prepareSend(context, { newsletter: NEWSLETTER, force: true });
    if (preparation.kind !== 'ready') {
      throw new BroadsheetError(
        EXIT.data,
        'the demo found nothing to send; are the sample posts in posts/ complete?',
      );
    }
    return await deliverEdition(context, preparation);
  } finally {
    await store.close();
  }
}
