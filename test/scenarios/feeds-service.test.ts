import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openHub } from '../support/hub.ts';
import { CONFIG, openProject, postText } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { askBytes } from '../web/files/ask.ts';

test('the service builds and serves the feeds; a new post or template is in them, and told to the hub', async (t) => {
  const hub = await openHub(t);
  const config = `publicUrl: https://paper.example/news/\n${CONFIG}feeds: {hub: "${hub.url}", formats: [rss]}\n`;
  const project = openProject(t, { config });
  project.write(
    'posts/2026-03-19-ferries.md',
    postText('Night ferries saved', undefined, 'At night.\n\n{{< tide "7:30" >}}'),
  );
  const service = startService(t, project);
  const url = await service.url();
  await service.waitFor(({ msg }) => msg === 'feeds built');
  const compressed = { 'Accept-Encoding': 'br' };
  const first = await askBytes(`${url}rss.xml`, compressed);
  assert.deepEqual([first.status, first.headers['content-encoding']], [200, 'br']);
  assert.match(first.text, /Night ferries saved/);
  const again = { ...compressed, 'If-None-Match': first.headers.etag ?? '' };
  assert.equal((await askBytes(`${url}rss.xml`, again)).status, 304);
  assert.match((await askBytes(`${url}feeds/`)).text, /What is a feed\?/);
  await service.waitFor(({ msg }) => msg === 'hub notified');
  const told = hub.pings.length;
  project.write('posts/2026-03-20-bells.md', postText('Bells', '2026-03-20T06:00', 'Bells ring.'));
  await waitFor('a ping of the hub', () => hub.pings.length > told);
  const second = await askBytes(`${url}rss.xml`, again);
  assert.equal(second.status, 200);
  assert.match(second.text, /Bells ring/);
  const pings = hub.pings.length;
  project.write('shortcodes/tide.liquid', '<p>High water at {{ args[0] }}</p>');
  await waitFor('a ping of the hub', () => hub.pings.length > pings);
  assert.match((await askBytes(`${url}rss.xml`)).text, /High water at 7:30/);
  assert.ok(hub.pings.some((form) => form['hub.url'] === 'https://paper.example/news/rss.xml'));
  assert.equal(await service.stop(), 0);
});
