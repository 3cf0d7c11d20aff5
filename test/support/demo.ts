import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { cleanUpAfter } from './clean-up-after.ts';
import type { Run } from './program.ts';

/** A folder to run the demo in, gone when the test ends. */
export function openDemoFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-demo-'));
  cleanUpAfter(t, () => rmSync(folder, { recursive: true }));
  return folder;
}

/** Asserts that a run of the demo did all that it does. */
export function assertDemo({ code, stdout, stderr }: Run): void {
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  assert.match(
    stdout,
    /22 posts read, 20 published \(1 draft, 1 dated in the future, 0 left out\)/,
  );
  assert.match(stdout, /Subject {2}Open Ledger Act Passes by Two Votes/);
  assert.match(stdout, /5 planned = 5 accepted \+ 0 deferred/);
  assert.equal(stdout.match(/Night Ferries Saved/g)?.length, 1, 'the story of three posts once');
}
