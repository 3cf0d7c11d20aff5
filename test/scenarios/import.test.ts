import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openProject } from '../support/program.ts';

interface Imported {
  readonly columns: {
    readonly used: readonly { readonly name: string; readonly as: string }[];
    readonly unused: readonly string[];
  };
  readonly stored: boolean;
}

test('an import stops at a column that may be about consent, until it is named or ignored', async (t) => {
  const project = openProject(t);
  project.write(
    'people.csv',
    'email,Weekly permission level\nada@paper.test,3\nbob@paper.test,0\n',
  );
  const stopped = await project.run('subscribers', 'import', 'people.csv');
  assert.equal(stopped.code, 65, stopped.stdout);
  assert.match(stopped.stderr, /people\.csv.*"?Weekly permission level"?/s);
  assert.match(stopped.stderr, /--ignore-column/);
  assert.doesNotMatch((await project.run('subscribers', 'list')).stdout, /paper\.test/);
  const ignore = ['--ignore-column', 'Weekly permission level'];
  const dry = await project.run(
    'subscribers',
    'import',
    'people.csv',
    ...ignore,
    '--dry-run',
    '--json',
  );
  assert.equal(dry.code, 0, dry.stderr);
  const { columns, stored } = dry.json<Imported>();
  assert.equal(stored, false);
  assert.deepEqual(
    columns.used.map(({ name }) => name),
    ['email'],
  );
  assert.deepEqual(columns.unused, ['Weekly permission level']);
  assert.equal((await project.run('subscribers', 'import', 'people.csv', ...ignore)).code, 0);
  assert.match((await project.run('subscribers', 'list')).stdout, /ada@paper\.test/);
});

test('people of a shop who did not agree to mail get none', async (t) => {
  const project = openProject(t);
  project.write(
    'customers.csv',
    'Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Total Spent\n' +
      '1,Ada,Quill,ada@paper.test,yes,10\n2,Bob,Reed,bob@paper.test,no,20\n3,Cyd,Vale,cyd@paper.test,,30\n',
  );
  const { code, stdout, stderr } = await project.run('subscribers', 'import', 'customers.csv');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Accepts Email Marketing/);
  const list = (await project.run('subscribers', 'list', '--status', 'active')).stdout;
  assert.match(list, /ada@paper\.test/);
  assert.doesNotMatch(list, /bob@|cyd@/);
});
