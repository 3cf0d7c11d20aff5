import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  isAlive,
  type ProcessMark,
  thisMachine,
  thisProcess,
} from '../../src/kernel/files/this-machine.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { waitFor } from '../support/wait-for.ts';

const MODULE = JSON.stringify(import.meta.resolve('../../src/kernel/files/this-machine.ts'));
const CHILD = `import { thisProcess } from ${MODULE};
console.log(JSON.stringify(thisProcess()));
setInterval(() => {}, 1000);`;

/** The system tells when a process started; without that, some answers are `unknown`. */
const TELLS_STARTS = thisProcess().started !== '';

test('this process is alive, and calls itself the same each time', () => {
  const mark = thisProcess();
  assert.equal(mark.pid, process.pid);
  assert.deepEqual(thisProcess(), mark);
  assert.equal(isAlive(mark), TELLS_STARTS ? 'alive' : 'unknown');
});

test('a process is alive until it is killed, and dead from then on', async (t) => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', CHILD], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUpAfter(t, () => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const mark = JSON.parse(String(line)) as ProcessMark;
  assert.equal(mark.pid, child.pid);
  assert.equal(isAlive(mark), TELLS_STARTS ? 'alive' : 'unknown');
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(isAlive(mark), 'dead');
});

test('a process whose number another one has now is dead', () => {
  const before = { ...thisProcess(), started: '1' };
  assert.equal(isAlive(before), TELLS_STARTS ? 'dead' : 'unknown');
});

test('nothing is said of a process of another machine, of none, or whose start is not known', () => {
  const mark = thisProcess();
  assert.equal(isAlive({ ...mark, host: `${mark.host}-2` }), 'unknown');
  assert.equal(isAlive({ ...mark, host: '', pid: 999_999_999 }), 'unknown');
  assert.equal(isAlive({ ...mark, started: '' }), 'unknown');
});

test('a killed process that nobody has asked after yet is dead', async (t) => {
  if (!TELLS_STARTS) return t.diagnostic('the system has no zombies to look at');
  // The shell starts a child and becomes one that does not know it, so nobody asks how it ended.
  const parent = spawn('sh', ['-c', `sleep 60 & exec sh -c 'echo $0; exec sleep 60' $!`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line);
  cleanUpAfter(t, () => {
    process.kill(pid, 'SIGKILL');
    parent.kill('SIGKILL');
  });
  const { host } = thisProcess();
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  assert.equal(isAlive({ host, pid, started }), 'alive');
  process.kill(pid, 'SIGKILL');
  await waitFor('its death', () => isAlive({ host, pid, started }) === 'dead');
});

test('a machine has one name for itself, unless it is given another', () => {
  assert.deepEqual(thisMachine(undefined), thisMachine(undefined));
  const given = thisMachine('the paper');
  assert.deepEqual(given, { id: 'given the paper', name: 'the paper', changesItsName: false });
  assert.notEqual(thisMachine(undefined).id, given.id);
});

test('the mark of the system is not shown to anyone', (t) => {
  const mark = existsSync('/etc/machine-id') ? readFileSync('/etc/machine-id', 'utf8').trim() : '';
  if (mark === '') return t.diagnostic('this system has no mark');
  assert.ok(!thisMachine(undefined).id.includes(mark));
});
