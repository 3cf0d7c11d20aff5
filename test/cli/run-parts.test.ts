import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { type Part, runParts } from '../../src/cli/start/run-parts.ts';
import { PATIENCE_MS } from '../support/wait-for.ts';
import { collectingLog } from '../support/web.ts';

const untilStopped =
  (ended: string[], name: string): Part =>
  async (signal) => {
    await once(signal, 'abort');
    ended.push(name);
  };

test('parts run until they are stopped, and end cleanly', async () => {
  const stop = new AbortController();
  const ended: string[] = [];
  const logged: string[] = [];
  const parts = new Map([
    ['one', untilStopped(ended, 'one')],
    ['two', untilStopped(ended, 'two')],
  ]);
  const end = runParts(parts, stop.signal, { graceMs: PATIENCE_MS, log: collectingLog(logged) });
  stop.abort();
  assert.deepEqual(await end, { kind: 'stopped' });
  assert.deepEqual([ended.toSorted(), logged], [['one', 'two'], []]);
});

test('a part that fails, or ends by itself, stops the others cleanly and is logged', async () => {
  for (const part of [
    async () => {
      throw new Error('a bug');
    },
    async () => {},
  ]) {
    const ended: string[] = [];
    const logged: string[] = [];
    const parts = new Map<string, Part>([
      ['broken', part],
      ['other', untilStopped(ended, 'other')],
    ]);
    const log = collectingLog(logged);
    const end = await runParts(parts, new AbortController().signal, { graceMs: PATIENCE_MS, log });
    assert.equal(end.kind, 'failed');
    assert.deepEqual(ended, ['other']);
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? '', /a part of the service failed.*"part":"broken"/);
  }
});

test('a part that does not stop in time is abandoned', async () => {
  const stop = new AbortController();
  const ended: string[] = [];
  const parts = new Map<string, Part>([
    ['hanging', () => new Promise(() => {})],
    ['other', untilStopped(ended, 'other')],
  ]);
  const end = runParts(parts, stop.signal, { graceMs: 50, log: collectingLog([]) });
  stop.abort();
  assert.deepEqual(await end, { kind: 'hung', parts: ['hanging'] });
});
