import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { HOOK_SECRET, openHookReceiver, verifyHook } from '../support/hook-receiver.ts';
import { openInbox } from '../support/inbox.ts';
import { CONFIG, openProject, postText } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { askUrl } from '../support/web.ts';
import { signed, TOPIC } from '../support/webhooks.ts';

const ADA = 'ada@far.example';

/** A project with a hook, and a person. */
async function openHooked(t: TestContext) {
  const receiver = await openHookReceiver(t);
  const project = openProject(t, { config: `${CONFIG}hooks: [{url: "${receiver.url}"}]\n` });
  await project.run('subscribers', 'add', ADA, 'bo@far.example');
  const start = (environment: NodeJS.ProcessEnv = {}, ...args: string[]) =>
    startService(t, project, { BROADSHEET_HOOK_SECRET: HOOK_SECRET, ...environment }, args);
  return { project, receiver, start };
}

test('a bounce that Amazon SES reports ends the subscription, and the hook is notified of everything', async (t) => {
  const { project, receiver, start } = await openHooked(t);
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  // People who sign up after an edition are not blamed for it, so it is of this moment.
  const now = Temporal.Now.plainDateTimeISO('Europe/London').subtract({ hours: 1 });
  project.write(
    'posts/ferries.md',
    postText('Night ferries saved', now.toString({ smallestUnit: 'second' })),
  );
  const relay = { BROADSHEET_SMTP_URL: inbox.url, BROADSHEET_MACHINE: 'ada' };
  const sent = await project.runWith(relay, 'send', 'daily', '--yes');
  assert.equal(sent.code, 0, sent.stderr);
  const message = inbox.messages.find(({ to }) => to === ADA);
  const token = /^X-Broadsheet-Delivery: (\w+)/m.exec(message?.raw.toString() ?? '')?.[1];
  const service = start({
    ...relay,
    BROADSHEET_SES_TOPIC: TOPIC,
    NODE_OPTIONS: `--import=${join(import.meta.dirname, '../support/fake-sns.ts')}`,
  });
  const at = Temporal.Now.instant();
  const event = {
    eventType: 'Bounce',
    bounce: {
      ...{ bounceType: 'Permanent', bounceSubType: 'General', timestamp: at.toString() },
      bouncedRecipients: [
        { emailAddress: ADA, status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' },
      ],
    },
    mail: { messageId: '1', headers: [{ name: 'X-Broadsheet-Delivery', value: token }] },
  };
  const url = `${await service.url()}hooks/ses`;
  const unsigned = { method: 'POST', body: JSON.stringify(event) };
  assert.equal((await askUrl(url, unsigned)).status, 401);
  for (let times = 0; times < 2; times += 1) {
    assert.equal((await askUrl(url, signed('ses', event, at))).status, 200, service.text());
  }
  const shown = await project.run('subscribers', 'show', ADA, '--json');
  assert.match(shown.stdout, /"status":"bounced"/);
  await waitFor('all events', () => receiver.requests.length >= 4);
  const events = receiver.requests.map(({ event: { type, data } }) => `${type} ${data.address}`);
  assert.deepEqual(events.toSorted(), [
    `bounce ${ADA}`,
    `join ${ADA}`,
    'join bo@far.example',
    'sent undefined',
  ]);
  for (const request of receiver.requests) verifyHook(request);
  assert.equal(await service.stop(), 0);
  assert.ok(!service.text().includes(ADA) && !service.text().includes(receiver.url));
});

test('an event that a hook did not take is sent again after a kill, with the same id', async (t) => {
  const { project, receiver, start } = await openHooked(t);
  receiver.answer = () => 500;
  const first = start({}, '--only', 'hooks');
  const isRefusal = ({ msg }: { msg: string }) => msg.startsWith('a hook did not take an event');
  await waitFor('two refusals', () => first.lines.filter(isRefusal).length >= 2);
  first.kill('SIGKILL');
  await first.ended;
  const status = await project.run('status');
  assert.match(status.stdout, /^hooks {2}2 events waiting, 0 given up/m);
  const tried = new Set(receiver.requests.map(({ id }) => id));
  receiver.requests.length = 0;
  receiver.answer = () => 204;
  const second = start({}, '--only', 'hooks');
  await waitFor('both events', () => receiver.requests.length >= 2);
  assert.ok(receiver.requests.some(({ id }) => tried.has(id)));
  assert.equal(new Set(receiver.requests.map(({ id }) => id)).size, 2);
  assert.equal(await second.stop(), 0);
  assert.doesNotMatch((await project.run('status')).stdout, /^hooks/m);
});

test('a service with hooks does not start without a key, and says how to make one', async (t) => {
  const { start } = await openHooked(t);
  const service = start({ BROADSHEET_HOOK_SECRET: '' });
  assert.equal(await service.ended, 78);
  assert.match(service.text(), /BROADSHEET_HOOK_SECRET {2}is not set.*openssl rand/);
});
