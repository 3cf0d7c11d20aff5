import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findPublication } from '../../src/recovery/find-publication.ts';
import { inheritedEnvironment, openProject, type Project } from '../support/program.ts';

/** What makes a site of each generator; none is a plain folder. */
const SITES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Jekyll: { '_config.yml': 'title: T\nexclude:\n  - README.md\n', '_posts/2026-03-19-a.md': 'A' },
  Hugo: { 'hugo.toml': '', 'content/posts/a.md': 'A' },
  Eleventy: { 'eleventy.config.js': 'export default () => {};\n', 'posts/a.md': 'A' },
  Astro: { 'astro.config.mjs': 'export default {};\n', 'src/content/blog/a.md': 'A' },
  none: { 'posts/a.md': 'A' },
};

for (const [generator, files] of Object.entries(SITES)) {
  test(`init keeps people's data out of Git and out of the site: ${generator}`, async (t) => {
    const project = openSite(t, files);
    const made = await project.run('init');
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /Added \/\.broadsheet\/ \/preview\/ to \.gitignore/);
    assert.match(
      made.stdout,
      /Subscribers will be in \.broadsheet\/: never publish or commit this folder/,
    );
    assert.equal((await project.run('subscribers', 'add', 'ada@example.org')).code, 0);
    const git = (...args: readonly string[]) =>
      execFileSync('git', args, {
        cwd: project.folder,
        env: inheritedEnvironment(),
        encoding: 'utf8',
      });
    git('init', '--quiet');
    git('add', '--all');
    const kept = git('ls-files');
    assert.match(kept, /config\/broadsheet\.yaml/);
    assert.doesNotMatch(kept, /broadsheet\.db/);
  });
}

test('nothing that Broadsheet keeps in a site of Jekyll’s is published after init, and the site still is', async (t) => {
  const project = openSite(t, { ...SITES.Jekyll, 'data/boats.csv': 'a,b\n' });
  assert.equal((await project.run('init')).code, 0);
  const isPublished = (path: string) =>
    findPublication(join(project.folder, path), '/nowhere') !== undefined;
  const ours = [
    'config/broadsheet.yaml',
    'data/published-posts.jsonl',
    '.broadsheet/broadsheet.db',
  ];
  ours.push('preview/a.html', 'email-templates/digest.mjml', 'node_modules/a/b.js', 'package.json');
  assert.deepEqual(ours.filter(isPublished), []);
  for (const path of ['data/boats.csv', 'feeds/rss.xml']) assert.ok(isPublished(path), path);
  const before = readFileSync(join(project.folder, '_config.yml'), 'utf8');
  rmSync(join(project.folder, 'config'), { recursive: true });
  assert.equal((await project.run('init')).code, 0);
  assert.equal(readFileSync(join(project.folder, '_config.yml'), 'utf8'), before, 'only once');
});

test('where init cannot edit a file safely it prints what to write', async (t) => {
  const project = openSite(t, {
    '_config.yml': 'exclude: README.md\n',
    '_posts/2026-03-19-a.md': 'A',
  });
  const { code, stdout } = await project.run('init');
  assert.equal(code, 0);
  assert.match(stdout, /Put these into _config\.yml[\s\S]*\n {2}exclude:\n {4}- config\/\n/);
  assert.equal(readFileSync(join(project.folder, '_config.yml'), 'utf8'), 'exclude: README.md\n');
});

test('in a site of Hugo’s the ids of posts are not among its data', async (t) => {
  const project = openSite(t, SITES.Hugo ?? {});
  assert.match(
    (await project.run('init')).stdout,
    /config\/published-posts\.jsonl: commit that file/,
  );
  assert.match(
    readFileSync(join(project.folder, 'config/broadsheet.yaml'), 'utf8'),
    /\n {2}published: published-posts\.jsonl\n/,
  );
});

function openSite(t: TestContext, files: Readonly<Record<string, string>>): Project {
  const project = openProject(t);
  for (const folder of ['config', 'posts'])
    rmSync(join(project.folder, folder), { recursive: true });
  for (const [path, text] of Object.entries(files)) project.write(path, text);
  return project;
}
