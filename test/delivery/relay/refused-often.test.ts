import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanUpAfter } from '../../support/clean-up-after.ts';
import { messageTo, startRelay } from '../../support/relay.ts';

test('a connection over which much is refused keeps nothing of it', async (t) => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  cleanUpAfter(t, () => process.off('warning', note));
  const refusal = { code: 550, text: '5.1.1 no such mailbox' };
  const { relay } = await startRelay(t, { onRecipient: () => refusal }, { connections: 1 });
  for (let count = 0; count < 15; count += 1) {
    const outcome = await relay.send(messageTo('ada@example.org'), async () => true);
    assert.equal(outcome.kind, 'failed');
  }
  await new Promise(setImmediate);
  assert.deepEqual(
    warnings.map(({ message }) => message),
    [],
  );
});
