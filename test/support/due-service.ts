import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { cleanUpAfter } from './clean-up-after.ts';
import { newDatabase } from './databases.ts';
import { dueNow, watchedSinceYesterday } from './due-now.ts';
import { type Inbox, type InboxOptions, openInbox } from './inbox.ts';
import { CONFIG, openProject, type Project, postText } from './program.ts';
import { readers } from './sending.ts';
import { type Service, startService } from './service.ts';
import { waitFor } from './wait-for.ts';

export const CONNECTIONS = 2;

export interface Setting {
  readonly project: Project;
  readonly inbox: Inbox;
  readonly people: readonly string[];
  start(...args: string[]): Service;
}

/** A newsletter that is due now, with a post and readers. */
export async function openSetting(
  t: TestContext,
  count: number,
  options?: InboxOptions,
): Promise<Setting> {
  const inbox = await openInbox(options);
  cleanUpAfter(t, () => inbox.close());
  const config = `${CONFIG}${dueNow()}email: {connections: ${CONNECTIONS}}\nweb: {signUp: {minimumSeconds: 0}}\n`;
  const project = openProject(t, { config });
  const yesterday = Temporal.Now.instant().subtract({ hours: 20 }).toString().slice(0, 19);
  project.write('posts/ferries.md', postText('Night ferries saved', yesterday));
  const people = readers(count);
  writeFileSync(join(project.folder, 'people.csv'), ['email', ...people].join('\n'));
  const databaseUrl = await newDatabase(t, { folder: project.folder });
  const environment = {
    ...{ BROADSHEET_SMTP_URL: inbox.url, BROADSHEET_MACHINE: 'ada' },
    BROADSHEET_DATABASE_URL: databaseUrl,
  };
  const imported = await project.runWith(environment, 'subscribers', 'import', 'people.csv');
  assert.equal(imported.code, 0, imported.stderr);
  await watchedSinceYesterday(databaseUrl);
  return {
    project,
    inbox,
    people,
    start: (...args) => startService(t, project, environment, args),
  };
}

/** Resolves when `count` messages of the inbox are to somebody whom `isMeant`. */
export async function arrived(
  { inbox }: Setting,
  count: number,
  service: Service,
  isMeant: (address: string) => boolean = () => true,
): Promise<void> {
  await waitFor(`${count} messages in the inbox`, () => {
    assert.equal(service.child.exitCode, null, service.text());
    return inbox.messages.filter(({ to }) => isMeant(to)).length >= count;
  });
}

export const isDone = ({ msg }: { msg: string }) => msg === 'send run finished';
