import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openInbox } from '../support/inbox.ts';
import { readMail } from '../support/mails.ts';
import { CONFIG, openProject, postText } from '../support/program.ts';
import { startService } from '../support/service.ts';

const INBOUND = 'inbound: {maildir: ../mail, listen: {port: 0, protocol: smtp}}\n';

/** A project that has sent an edition to two people, with the token of each message. */
async function openSent(t: TestContext) {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const config = CONFIG.replace(
    '    postalAddress',
    '    bounceAddress: back@paper.example\n    postalAddress',
  );
  const project = openProject(t, { config: config + INBOUND });
  for (const name of ['new', 'cur', 'tmp'])
    mkdirSync(join(project.folder, 'mail', name), { recursive: true });
  // People who sign up after an edition are not blamed for it, so it is of this moment.
  const now = Temporal.Now.plainDateTimeISO('Europe/London').subtract({ hours: 1 });
  const date = now.toString({ smallestUnit: 'second' });
  project.write('posts/ferries.md', postText('Night ferries saved', date));
  await project.run('subscribers', 'add', 'ada@far.example', 'bo@far.example');
  const environment = { BROADSHEET_SMTP_URL: inbox.url };
  const sent = await project.runWith(environment, 'send', 'daily', '--yes', '--json');
  assert.equal(sent.code, 0, sent.stderr);
  const tokens = new Map(
    inbox.messages.map(({ to, raw }) => [
      to,
      /^X-Broadsheet-Delivery: (\w+)/m.exec(raw.toString())?.[1] ?? '',
    ]),
  );
  const bounceOf = (who: string) =>
    Buffer.from(
      readMail('postfix-unknown-user')
        .toString()
        .replaceAll('0000000001nchwb53826tnfj9to', tokens.get(who) ?? '')
        .replaceAll('nobody@far.example', who),
    );
  const statusOf = async (who: string) => {
    const run = await project.run('subscribers', 'show', who, '--json');
    return /"status":"(\w+)"/.exec(run.stdout)?.[1];
  };
  const edition = sent.json<{ edition: { id: string } }>().edition.id;
  return { project, edition, tokens, bounceOf, statusOf };
}

test('mails in a Maildir and in a pipe end subscriptions, and the edition shows what came back', async (t) => {
  const { project, edition: id, bounceOf, statusOf } = await openSent(t);
  project.write('mail/new/1.bounce', bounceOf('ada@far.example'));
  project.write('mail/new/2.letter', readMail('letter'));
  const read = await project.run('inbound', 'read');
  assert.equal(read.code, 0, read.stderr);
  assert.equal(read.stdout, '2 mails read.\n');
  assert.equal(await statusOf('ada@far.example'), 'bounced');
  assert.equal(readdirSync(join(project.folder, 'mail/cur')).length, 2);
  const piped = await project.runPiped(bounceOf('bo@far.example'), 'inbound');
  assert.deepEqual([piped.code, piped.stdout, piped.stderr], [0, '', '']);
  assert.equal(await statusOf('bo@far.example'), 'bounced');
  const edition = await project.run('editions', 'show', id);
  assert.match(edition.stdout, /2 planned = 2 accepted \(of which 2 came back\) \+ 0 deferred/);
  const status = await project.run('status');
  assert.match(status.stdout, /Came back in the last 30 days: 2 bounces, 1 not understood/);
  const list = await project.run('inbound', 'list');
  assert.match(list.stdout, /A question about the harbour/);
  const kept = /^(\S+) .*A question/m.exec(list.stdout)?.[1] ?? '';
  const shown = await project.run('inbound', 'show', kept);
  assert.match(shown.stdout, /Who built the wall\?/);
  assert.equal((await project.run('inbound', 'show', 'nothing')).code, 64);
});

test('a pipe that cannot store a mail asks the mail server to try again', async (t) => {
  const project = openProject(t);
  const environment = { BROADSHEET_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
  assert.equal((await project.runWith(environment, 'inbound', 'read')).code, 69);
  project.write('config/broadsheet.yaml', 'site: {}\n');
  const run = await project.runPiped(readMail('letter'), 'inbound');
  assert.equal(run.code, 75);
});

test('the service reads its Maildir and listens', async (t) => {
  const { project, tokens, bounceOf, statusOf } = await openSent(t);
  project.write('mail/new/1.bounce', bounceOf('ada@far.example'));
  const service = startService(t, project, { BROADSHEET_MACHINE: '' }, ['--only', 'inbound']);
  await service.waitFor(({ msg }) => msg === 'returned mail read');
  assert.equal(await statusOf('ada@far.example'), 'bounced');
  const { port } = await service.waitFor(({ msg }) => msg === 'listening for returned mail');
  const server = createTransport({ host: '127.0.0.1', port: Number(port), ignoreTLS: true });
  const envelope = { from: '', to: `back+${tokens.get('bo@far.example')}@paper.example` };
  await server.sendMail({ envelope, raw: bounceOf('bo@far.example') });
  assert.equal(await statusOf('bo@far.example'), 'bounced');
  assert.equal(await service.stop(), 0);
  assert.doesNotMatch(service.text(), /far\.example/);
});
