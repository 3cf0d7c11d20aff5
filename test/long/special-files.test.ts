import assert from 'node:assert/strict';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makePipe } from '../support/pipe.ts';
import { CONFIG, openProject, type Project, postText } from '../support/program.ts';

const NOW = ['--now', '2026-03-20T07:00'];

function openSite(t: TestContext, posts = ''): Project {
  const project = openProject(t, {
    config: CONFIG.replace('../posts}', `../posts, siteRoot: .., liquid: render${posts}}`),
  });
  project.write('posts/2026-03-19-a.md', postText('Night ferries saved'));
  return project;
}

test('a build ends, whatever is a pipe or a device among posts, pictures and includes', async (t) => {
  const project = openSite(t);
  const body = '![]( /a.png)\n\n{% include note.html %}\n\nThe ferry sails again.';
  project.write(
    'posts/2026-03-18-b.md',
    postText('Boats', '2026-03-18T09:00', body).replace('date:', 'image: /a.png\ndate:'),
  );
  project.write('_includes/other.html', 'x');
  makePipe(join(project.folder, 'posts/2026-03-17-pipe.md'));
  symlinkSync('/dev/zero', join(project.folder, 'posts/2026-03-16-zero.md'));
  for (const path of ['a.png', '_includes/note.html']) makePipe(join(project.folder, path));
  const run = await project.run('build', ...NOW);
  assert.equal(run.code, 65, run.stderr);
  assert.match(run.stderr, /pipe\.md:1 {2}is a pipe, a device/);
  assert.match(run.stderr, /zero\.md:1 {2}is a pipe, a device/);
  assert.match(run.stderr, /finds no (?:such )?file/);
  assert.match(run.stdout, /2 published/);
});

test('a config, a template or a file of texts that is a pipe is an error of the config', async (t) => {
  const project = openSite(t);
  const check = () => project.run('check', ...NOW);
  for (const path of ['email-templates/digest.mjml', 'languages/en.yaml']) {
    project.write(`${path}.other`, '');
    makePipe(join(project.folder, path));
    const run = await check();
    assert.equal(run.code, 78, run.stderr);
    assert.match(run.stderr, /it is a pipe, a device or the like, not a file/);
    rmSync(join(project.folder, path));
  }
  rmSync(join(project.folder, 'config/broadsheet.yaml'));
  makePipe(join(project.folder, 'config/broadsheet.yaml'));
  const run = await check();
  assert.equal(run.code, 78);
  assert.match(run.stderr, /broadsheet\.yaml {2}cannot be read: it is a pipe/);
});

test('a pipe where a build reads what it wrote before stops it, and a feed takes the place of one', async (t) => {
  const codes = {
    'data/published-posts.jsonl': 74,
    'public/index.html': 74,
    'public/feed.json': 0,
  };
  for (const [path, code] of Object.entries(codes)) {
    const project = openSite(t);
    project.write(`${path}.other`, '');
    makePipe(join(project.folder, path));
    const run = await project.run('build', ...NOW);
    assert.equal(run.code, code, `${path}: ${run.stderr}`);
    if (code !== 0) assert.match(run.stderr, /it is a pipe/);
  }
});
