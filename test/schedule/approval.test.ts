import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import PostalMime from 'postal-mime';
import { holdDatabase } from '../../src/database/identity.ts';
import {
  cancelEditionById,
  pauseEditionById,
  resumeEditionById,
} from '../../src/delivery/editions/manage-edition.ts';
import { signToken } from '../../src/delivery/message/signed-token.ts';
import { pauseEdition, resumeEdition } from '../../src/delivery/queries/edition-changes.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { approveByLink, approveEdition, readApproval } from '../../src/schedule/approve-edition.ts';
import { test } from '../support/databases.ts';
import type { InboxOptions } from '../support/inbox.ts';
import { openScheduledSite, type ScheduledSite } from '../support/schedule.ts';
import { address, NEWSLETTER, PEOPLE } from '../support/test-site.ts';

const EDITOR = 'editor@harbour.example';
const EDITION = `${NEWSLETTER}-2026-03-20`;
const WAITING = '2026-03-20 approval';

/** A test site whose edition of the day waits for its editor, who was mailed. */
async function openAsked(
  t: TestContext,
  inbox: InboxOptions = {},
  change: (site: ScheduledSite) => void = () => {},
): Promise<ScheduledSite> {
  const newsletter = { approve: true, editor: address(EDITOR) };
  const scheduledSite = await openScheduledSite(t, {
    ...{ subscribers: PEOPLE, now: '2026-03-19T08:00Z' },
    newsletter,
    inbox,
  });
  change(scheduledSite);
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.tell();
  return scheduledSite;
}

/** Gives its digests a text without the link to unsubscribe. */
function withoutWayOut({ deps }: ScheduledSite): void {
  const digestText = { file: 'digest.txt', source: '{{ lead.title }}: a word or two about it.' };
  Object.assign(deps, { templates: { ...deps.templates, digestText } });
}

/** The token of the link in the editor's mail. */
async function tokenIn({ testSite }: ScheduledSite): Promise<string> {
  const [message] = testSite.inbox.messagesTo(EDITOR);
  const { text = '' } = await PostalMime.parse(message?.raw ?? '');
  return /https:\/\/harbour\.example\/approve\/(\S+)/.exec(text)?.[1] ?? '';
}

test('an edition that needs an approval is mailed to the editor once, and to nobody else', async (t) => {
  const scheduledSite = await openAsked(t);
  await scheduledSite.tell();
  await scheduledSite.deliver();
  await scheduledSite.checkAt('2026-03-20T07:01Z');
  assert.deepEqual(
    scheduledSite.testSite.inbox.messages.map(({ to }) => to),
    [EDITOR],
  );
  const mail = await PostalMime.parse(scheduledSite.testSite.inbox.messages[0]?.raw ?? '');
  assert.equal(mail.subject, '[To approve] The wall stands');
  assert.match(mail.text ?? '', /^Politics Essential of 2026-03-20 is ready for 7 subscribers/);
  assert.match(
    mail.html ?? '',
    /<body[^>]*><div [^>]*><p [^>]*>Politics Essential of 2026-03-20 is ready/,
  );
  assert.match(mail.html ?? '', /href="https:\/\/harbour\.example\/approve\/[^"]+"/);
  assert.deepEqual(await scheduledSite.slots(), [WAITING]);
});

test('an editor approves by the command, or by the link, and everyone gets it once', async (t) => {
  for (const way of ['command', 'link'] as const) {
    const scheduledSite = await openAsked(t);
    const token = await tokenIn(scheduledSite);
    assert.equal((await readApproval(scheduledSite.deps, token))?.kind, 'open');
    scheduledSite.testSite.setTime('2026-03-20T08:00Z');
    const approve = () =>
      way === 'link'
        ? approveByLink(scheduledSite.deps, token)
        : approveEdition(scheduledSite.deps, EDITION);
    assert.equal((await approve())?.kind, 'approved');
    assert.equal((await approve())?.kind, 'approved');
    assert.equal((await readApproval(scheduledSite.deps, token))?.kind, 'approved');
    assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sending']);
    await scheduledSite.deliver();
    await scheduledSite.deliver();
    assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: 7 of 7'], way);
    const everyone = scheduledSite.testSite.inbox.messages
      .map(({ to }) => to)
      .filter((to) => to !== EDITOR);
    assert.deepEqual(everyone.toSorted(), [...PEOPLE].toSorted());
  }
});

test('only an approval releases it: no send, no resume, no other pause', async (t) => {
  const scheduledSite = await openAsked(t);
  const { deps } = scheduledSite;
  const isUsage = (error: unknown) =>
    error instanceof BroadsheetError && error.exitCode === EXIT.usage;
  const prepared = await prepareSend(deps, {
    newsletter: NEWSLETTER,
    edition: EDITION,
    resume: true,
  });
  assert.equal(prepared.kind === 'paused' && prepared.pause.by, 'approval');
  await assert.rejects(resumeEditionById(deps, EDITION), isUsage);
  await assert.rejects(pauseEditionById(deps, EDITION, 'wait'), isUsage);
  const pause = { by: 'editor', reason: 'wait', at: '2026-03-20T08:00:00.000Z' } as const;
  assert.equal(await pauseEdition(deps.store.db, EDITION, pause), false);
  await resumeEdition(deps.store.db, EDITION);
  await scheduledSite.deliver();
  await scheduledSite.checkAt('2026-03-20T11:00Z');
  assert.deepEqual(await scheduledSite.slots(), [WAITING]);
  assert.equal(scheduledSite.testSite.inbox.messages.length, 1);
});

test('an edition that an editor cancels is skipped, and its stories are in the next one', async (t) => {
  const scheduledSite = await openAsked(t);
  await cancelEditionById(scheduledSite.deps, EDITION);
  assert.equal(
    (await readApproval(scheduledSite.deps, await tokenIn(scheduledSite)))?.kind,
    'over',
  );
  assert.equal((await approveEdition(scheduledSite.deps, EDITION)).kind, 'over');
  await scheduledSite.checkAt('2026-03-20T08:00Z');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 skipped: its edition was cancelled']);
  await scheduledSite.checkAt('2026-03-23T07:00Z');
  assert.equal((await scheduledSite.slots()).at(-1), '2026-03-23 approval');
  assert.equal(scheduledSite.testSite.inbox.messages.length, 1);
});

test('a link is valid for one edition and a week; a wrong or expired one shows nothing', async (t) => {
  const scheduledSite = await openAsked(t);
  const { deps } = scheduledSite;
  const { secrets } = deps.config;
  assert.equal(await readApproval(deps, 'nonsense'), undefined);
  assert.equal(
    await approveByLink(deps, signToken('preferences', [EDITION], { secrets })),
    undefined,
  );
  assert.equal(
    await approveByLink(deps, signToken('approve', ['no-such'], { secrets })),
    undefined,
  );
  const token = await tokenIn(scheduledSite);
  scheduledSite.testSite.setTime('2026-03-27T07:00:00Z');
  assert.equal(await approveByLink(deps, token), undefined);
  assert.deepEqual((await scheduledSite.slots())[0], WAITING);
  // The command is an explicit act, however late.
  assert.equal((await approveEdition(deps, EDITION)).kind, 'approved');
});

test('in a database on hold nothing can be approved', async (t) => {
  const scheduledSite = await openAsked(t);
  const hold = { since: '2026-03-20T07:30:00.000Z', because: 'was copied' };
  await holdDatabase(scheduledSite.deps.store.db, hold);
  await assert.rejects(approveEdition(scheduledSite.deps, EDITION), /was copied/);
  assert.deepEqual(await scheduledSite.slots(), [WAITING]);
});

test('an editor whose mail failed is asked again, with the same Message-ID', async (t) => {
  const ids: string[] = [];
  const scheduledSite = await openAsked(t, {
    onMessage: ({ raw }) => {
      ids.push(/^Message-ID: (.*)$/m.exec(raw.toString())?.[1] ?? '');
      return ids.length === 1 ? { code: 451, text: '4.3.0 try again' } : undefined;
    },
  });
  assert.equal(scheduledSite.testSite.inbox.messages.length, 0);
  assert.match(scheduledSite.logged.join('\n'), /the editor could not be asked: .*try again/);
  // The attempt is given two minutes, by the clock of leases.
  await scheduledSite.deps.store.db
    .updateTable('slots')
    .set({ lease_until: '2000-01-01' })
    .execute();
  await scheduledSite.tell();
  await scheduledSite.tell();
  assert.equal(scheduledSite.testSite.inbox.messagesTo(EDITOR).length, 1);
  assert.deepEqual(ids, [ids[0], ids[0]]);
});

test('an edition that does not pass the gate is not approved unless the editor forces it; the mail says why', async (t) => {
  const scheduledSite = await openAsked(t, {}, withoutWayOut);
  const mail = await PostalMime.parse(scheduledSite.testSite.inbox.messages[0]?.raw ?? '');
  for (const part of [mail.text, mail.html]) {
    assert.match(part ?? '', /The checks before sending found this:/);
    assert.match(part ?? '', /error \(unsubscribe\): the text \(digest\.txt\) has no link/);
    assert.match(part ?? '', /broadsheet editions approve \S+ --force/);
  }
  const { deps } = scheduledSite;
  const refused = await approveByLink(deps, await tokenIn(scheduledSite));
  assert.equal(refused?.kind, 'open');
  assert.deepEqual(
    refused?.failing?.map(({ check }) => check),
    ['unsubscribe'],
  );
  assert.deepEqual(await scheduledSite.slots(), [WAITING]);
  assert.equal((await approveEdition(deps, EDITION, { force: true })).kind, 'approved');
});

test('without an approval, an edition that does not pass the gate is held, and nobody gets it', async (t) => {
  const options = { subscribers: PEOPLE, now: '2026-03-19T08:00Z' };
  const scheduledSite = await openScheduledSite(t, options);
  withoutWayOut(scheduledSite);
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.deliver();
  await scheduledSite.tell();
  const [slot = ''] = await scheduledSite.slots();
  assert.match(
    slot,
    /^2026-03-20 held: its edition does not pass the gate: the text \(digest\.txt\) has no link .* \(unsubscribe\); correct it, or send it anyway with `broadsheet send \S+ --force`$/,
  );
  assert.ok(
    scheduledSite.logged.some((line) => line.includes('does not pass the gate')),
    'the alert says it',
  );
  assert.equal(scheduledSite.testSite.inbox.messages.length, 0);
});
