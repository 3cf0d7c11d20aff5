import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { siteLayout } from '../../src/cli/init/site-layout.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';

function layoutOf(t: { after(work: () => void): void }, folder: string, files = {}) {
  const site = mkdtempSync(join(tmpdir(), 'broadsheet-site-'));
  cleanUpAfter(t, () => rmSync(site, { recursive: true }));
  mkdirSync(join(site, folder), { recursive: true });
  for (const [name, text] of Object.entries<string>(files)) writeFileSync(join(site, name), text);
  const { generator, posts, permalink, feeds } = siteLayout(site);
  return [generator, posts, permalink, feeds];
}

test('the permalink of a Jekyll site comes from its own config', (t) => {
  assert.deepEqual(layoutOf(t, '_posts'), ['Jekyll', '_posts', 'date', 'feeds']);
  const config = { '_config.yml': 'title: T\npermalink: "/:title/" # short\n' };
  assert.deepEqual(layoutOf(t, '_posts', config), ['Jekyll', '_posts', '/:title/', 'feeds']);
});

test('Hugo, Astro and Eleventy are recognised by their folders and config files', (t) => {
  assert.deepEqual(layoutOf(t, 'content/post'), [
    ...['Hugo', 'content/post', '/post/:path/', 'static/feeds'],
  ]);
  assert.deepEqual(layoutOf(t, 'src/content/blog'), [
    ...['Astro', 'src/content/blog', '/blog/:path/', 'public/feeds'],
  ]);
  assert.deepEqual(layoutOf(t, 'blog', { 'eleventy.config.mjs': '' }), [
    ...['Eleventy', 'blog', '/blog/:path/', 'public'],
  ]);
});

test('any other folder gets the default layout', (t) => {
  assert.deepEqual(layoutOf(t, 'posts'), [undefined, 'posts', 'date', 'public']);
  assert.deepEqual(layoutOf(t, 'else'), [undefined, 'posts', 'date', 'public']);
});
