import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import {
  arrows,
  FILES,
  IMPORTS,
  INNER,
  ROOT,
  readSource,
  subjectOf,
  withPicture,
} from '../scripts/house.ts';

/** What each subject may import, low to high: each line names only subjects of the lines above it. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  calendar: ['kernel'],
  settings: ['kernel', 'calendar'],
  database: ['kernel', 'settings'],
  posts: ['kernel', 'settings'],
  templates: ['kernel', 'settings', 'posts'],
  feeds: ['kernel', 'settings', 'posts'],
  pages: ['kernel', 'settings', 'templates', 'feeds'],
  build: ['kernel', 'settings', 'posts', 'templates', 'feeds', 'pages'],
  editions: ['kernel', 'settings', 'database', 'posts', 'templates', 'feeds', 'pages'],
  subscribers: ['kernel', 'settings', 'database', 'editions'],
  recovery: ['kernel', 'settings', 'database', 'posts', 'editions', 'subscribers'],
  delivery: ['kernel', 'settings', 'database', 'posts', 'editions', 'subscribers', 'recovery'],
  inbound: ['kernel', 'settings', 'database', 'subscribers', 'recovery', 'delivery'],
  newsletters: ['kernel', 'settings', 'database', 'posts', 'editions', 'subscribers', 'delivery'],
  schedule: [
    ...['kernel', 'calendar', 'settings', 'database'],
    ...['editions', 'subscribers', 'recovery', 'delivery'],
  ],
  reports: ['kernel', 'settings', 'database', 'editions', 'subscribers', 'delivery'],
  web: ['kernel', 'settings', 'feeds', 'recovery', 'delivery'],
  site: [
    ...['kernel', 'settings', 'database', 'templates', 'feeds', 'pages'],
    ...['editions', 'subscribers', 'recovery', 'delivery', 'schedule', 'reports', 'web'],
  ],
  service: [
    ...['kernel', 'settings', 'database', 'posts', 'templates', 'feeds', 'build', 'editions'],
    ...['subscribers', 'recovery', 'delivery', 'inbound', 'newsletters', 'schedule', 'web', 'site'],
  ],
  doctor: [...['kernel', 'settings', 'database', 'editions', 'recovery', 'delivery']],
  cli: [
    ...[
      'kernel',
      'settings',
      'database',
      'posts',
      'templates',
      'feeds',
      'pages',
      'build',
      'editions',
    ],
    ...[
      'subscribers',
      'recovery',
      'delivery',
      'inbound',
      'newsletters',
      'schedule',
      'reports',
      'web',
      'site',
      'service',
      'doctor',
    ],
  ],
};

/**
 * The files that touch what is outside the program: disk, network, other programs, clock, chance. All
 * others take values and return values. `cli/` may touch all of it.
 */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  disk: [
    'database/open-sqlite.ts',
    'delivery/message/dkim-keys.ts',
    'delivery/message/sample-message.ts',
    'doctor/check-database.ts',
    'doctor/check-machine.ts',
    'editions/archive/archive-files.ts',
    'feeds/publish/publish.ts',
    'inbound/sources/maildir.ts',
    'inbound/sources/mbox.ts',
    'kernel/file-trace.ts',
    'kernel/files/move-file.ts',
    'kernel/files/recheck-observations.ts',
    'kernel/files/state-folder.ts',
    'kernel/files/this-machine.ts',
    'kernel/files/tracked-by-git.ts',
    'kernel/files/write-atomically.ts',
    'kernel/regular-file.ts',
    'kernel/version.ts',
    'posts/addresses/read-site-pages.ts',
    'posts/files/find-post-files.ts',
    'posts/files/find-posts.ts',
    'posts/files/post-cache.ts',
    'posts/files/site-files.ts',
    'posts/files/watch-posts.ts',
    'recovery/check-privacy.ts',
    'recovery/find-place.ts',
    'recovery/find-publication.ts',
    'recovery/move-database.ts',
    'service/compare-site.ts',
    'service/unread-files.ts',
    'settings/open-calendars.ts',
    'settings/state-place.ts',
    'subscribers/journal/journal-file.ts',
    'subscribers/queries/wipe-traces.ts',
    'web/files/answer-memory.ts',
    'web/files/serve-files.ts',
    'web/health.ts',
  ],
  database: [
    'database/check-sqlite.ts',
    'database/lock-sqlite.ts',
    'database/open-postgres.ts',
    'database/open-sqlite.ts',
    'database/sqlite-dialect.ts',
  ],
  network: [
    'database/open-postgres.ts',
    'delivery/gate/ask-links.ts',
    'delivery/relay/access-tokens.ts',
    'delivery/run/ask-service.ts',
    'doctor/check-service.ts',
    'doctor/dns/fetch-policy.ts',
    'doctor/probe-relay.ts',
    'feeds/build/ping-hub.ts',
    'kernel/apart/end-with-parent.ts',
    'kernel/dns.ts',
    'posts/addresses/read-site-pages.ts',
    'schedule/call-url.ts',
    'service/metrics/serve-metrics.ts',
    'service/webhook-routes.ts',
    'site/pages/embed.ts',
    'web/answer-errors.ts',
    'web/limit-connections.ts',
    'web/open-web-server.ts',
    'web/security-headers.ts',
    'web/web-error.ts',
  ],
  programs: [
    'database/check-sqlite.ts',
    'database/open-sqlite.ts',
    'delivery/gate/ask-spamassassin.ts',
    'doctor/check-machine.ts',
    'doctor/examine.ts',
    'feeds/publish/publish.ts',
    'kernel/apart/answer-order.ts',
    'kernel/apart/end-with-parent.ts',
    'kernel/apart/run-apart.ts',
    'kernel/files/this-machine.ts',
    'kernel/files/tracked-by-git.ts',
    'kernel/files/write-atomically.ts',
    'kernel/is-running.ts',
    'posts/files/post-cache.ts',
    'posts/files/read-apart.ts',
    'posts/files/read-worker.ts',
    'schedule/run-command.ts',
    'settings/ehlo-name.ts',
    'settings/environment.ts',
  ],
  clock: [
    'build/build-anew.ts',
    'build/build-feeds.ts',
    'build/post-pages.ts',
    'database/open-sqlite.ts',
    'database/sqlite-dialect.ts',
    'delivery/relay/smtp-session.ts',
    'delivery/run/record-send.ts',
    'delivery/run/send-run.ts',
    'delivery/run/sender-lease.ts',
    'doctor/examine.ts',
    'editions/archive/publish-archive.ts',
    'feeds/build/ping-hub.ts',
    'feeds/publish/publish.ts',
    'kernel/apart/run-apart.ts',
    'kernel/change-signal.ts',
    'kernel/clock.ts',
    'kernel/sleep.ts',
    'posts/collect-posts.ts',
    'schedule/run-command.ts',
    'service/measure-service.ts',
    'service/metrics/open-metrics.ts',
    'service/send-hooks.ts',
    'service/watch-posts.ts',
    'site/answer-requests.ts',
    'subscribers/queries/wipe-traces.ts',
    'web/files/answer-memory.ts',
    'web/health.ts',
    'web/open-web-server.ts',
    'web/rate-limits.ts',
  ],
  random: [
    'database/migrations/12-mails.ts',
    'database/migrations/2-ledger.ts',
    'delivery/run/check-service.ts',
    'delivery/run/record-send.ts',
    'delivery/run/sender-lease.ts',
    'inbound/request-leave.ts',
    'kernel/files/write-atomically.ts',
    'kernel/random.ts',
    'reports/queue-reports.ts',
    'schedule/queries/slots.ts',
    'site/address-change.ts',
    'site/ask-readers.ts',
    'site/confirm-sign-up.ts',
    'site/request-mail.ts',
    'subscribers/hook-events.ts',
    'subscribers/journal/journal.ts',
    'subscribers/new-subscriber.ts',
    'subscribers/queries/request-networks.ts',
  ],
};

test('a subject imports what it may, and nothing of a subject above it', () => {
  const order = Object.keys(ARROWS);
  for (const [subject, allowed] of Object.entries(ARROWS)) {
    const above = allowed.filter((name) => order.indexOf(name) >= order.indexOf(subject));
    assert.deepEqual(above, [], `${subject} may import only what stands above it in the list`);
  }
  for (const [subject, targets] of arrows()) {
    const allowed = ARROWS[subject];
    assert.ok(allowed !== undefined, `src/${subject} has no line in ARROWS`);
    const wrong = INNER.filter(
      ({ file, target }) =>
        subjectOf(file) === subject &&
        subjectOf(target) !== subject &&
        !allowed.includes(subjectOf(target)),
    );
    assert.deepEqual(wrong, []);
    const unused = allowed.filter((name) => !targets.has(name));
    assert.deepEqual(unused, [], `${subject} imports nothing of these any more`);
  }
});

test('no folders inside a subject import each other', () => {
  const folders = new Map<string, Set<string>>();
  for (const { file, target } of INNER) {
    const [from, to] = [dirname(file), dirname(target)];
    // A subject's own files are its nouns, which its folders use, and what puts the folders together.
    const isSibling = from !== to && !from.startsWith(`${to}/`) && !to.startsWith(`${from}/`);
    if (isSibling) folders.set(from, (folders.get(from) ?? new Set()).add(to));
  }
  assert.deepEqual(cyclesOf(folders), []);
});

test('no file imports itself, whatever the way round', () => {
  const files = new Map<string, Set<string>>();
  for (const { file, target } of INNER) files.set(file, (files.get(file) ?? new Set()).add(target));
  assert.ok(files.size > 100, 'the imports are found');
  assert.deepEqual(cyclesOf(files), []);
});

test('no file passes on what another file exports', () => {
  const barrels = FILES.filter((file) => /^export\s+(\*|\{[^}]*\})\s+from/m.test(readSource(file)));
  assert.deepEqual(barrels, []);
});

/** How a file touches each of them. */
const TOUCHES: Readonly<Record<string, { readonly modules: RegExp; readonly words: RegExp }>> = {
  disk: { modules: /^(node:fs|node:fs\/promises|chokidar)$/, words: /$^/ },
  database: { modules: /^(node:sqlite|pg)$/, words: /$^/ },
  network: {
    modules: /^node:(tls|http|https|http2|dns|dgram)(\/promises)?$/,
    words: /\bawait fetch\(|\bnew Socket\(|\bcreateConnection\(|\bfastify\(\{/,
  },
  programs: {
    modules: /^node:(child_process|worker_threads|os)$/,
    words: /\bprocess\.(?!memoryUsage)/,
  },
  clock: {
    modules: /^node:timers/,
    words:
      /\bDate\.now\b|\bnew Date\(\s*\)|\bTemporal\.Now\b|\bperformance\.now\b|\bset(Timeout|Interval|Immediate)\(/,
  },
  random: {
    modules: /$^/,
    words: /\bMath\.random\b|\brandom(UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b/,
  },
};

test('subscriptions change by one file alone, so that none changes without its history and the journal', () => {
  const door = 'subscribers/change-subscriptions.ts';
  const parts = ['subscribers/queries/erasure.ts', 'subscribers/queries/rename-newsletter.ts'];
  for (const part of parts) {
    const importers = INNER.filter(({ target }) => target === part).map(({ file }) => file);
    assert.deepEqual(importers, [door], part);
  }
  const tables = '(subscribers|subscription_events)';
  const writes = new RegExp(
    `(insertInto|updateTable|deleteFrom|mergeInto|replaceInto)\\(\\s*'${tables}\\b|(insert into|update|delete from) ${tables}\\b`,
  );
  const files = FILES.filter(
    (file) => !file.startsWith('database/migrations/') && writes.test(readSource(file)),
  );
  assert.deepEqual(
    files.filter((file) => file !== door && !parts.includes(file)),
    [],
  );
});

test('all mail goes over relays that one file opens, so that each has our name, its login and its limits', () => {
  const callers = FILES.filter((file) => /\bopenRelay\(/.test(withoutComments(readSource(file))));
  // The first is the function itself.
  assert.deepEqual(callers, ['delivery/relay/open-relay.ts', 'delivery/relay/open-relays.ts']);
});

test('only the files of one list touch disk, network, other programs, clock or chance', () => {
  for (const [what, { modules, words }] of Object.entries(TOUCHES)) {
    const found = FILES.filter((file) => subjectOf(file) !== 'cli').filter(
      (file) =>
        IMPORTS.some((each) => each.file === file && modules.test(each.target)) ||
        words.test(withoutComments(readSource(file))),
    );
    assert.deepEqual(found, OUTSIDE[what] ?? [], what);
  }
});

test('what a build reads goes through kernel/file-trace.ts', () => {
  const untraced: Readonly<Record<string, string>> = {
    'feeds/publish/publish.ts': 'writes, and reports that',
    'posts/addresses/read-site-pages.ts': 'is no part of a build',
    'posts/files/find-post-files.ts': 'is asked at each build',
    'posts/files/find-posts.ts': 'is asked at each build',
    'posts/files/post-cache.ts': 'decides nothing',
    'posts/files/site-files.ts': 'reads what kernel/regular-file.ts opened',
    'posts/files/watch-posts.ts': 'is no part of a build',
  };
  const found = IMPORTS.filter(({ target }) => TOUCHES.disk?.modules.test(target))
    .map(({ file }) => file)
    .filter((file) => ['posts', 'templates', 'feeds', 'pages', 'build'].includes(subjectOf(file)));
  assert.deepEqual([...new Set(found)].sort(), Object.keys(untraced));
});

test('only the command line exits, and only it and the settings read the environment', () => {
  const lines = FILES.filter((file) => !['cli', 'settings'].includes(subjectOf(file))).flatMap(
    (file) =>
      withoutComments(readSource(file))
        .split('\n')
        .filter((line) => /process\.(exit|exitCode|env|argv)\b/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
  );
  assert.deepEqual(lines, []);
});

test('help loads nothing that is slow: commander and the few files of the command line', () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, target = ''] of readSource(file).matchAll(
      /^(?:import|export) (?!type)[^;]*?from '([^']+)'/gm,
    )) {
      if (target.startsWith('.')) visit(normalize(join(dirname(file), target)));
      else if (!target.startsWith('node:')) packages.add(target);
    }
  };
  visit('cli/main.ts');
  assert.deepEqual([...packages], ['commander']);
  assert.ok(seen.size > 10 && seen.size < 60, `${seen.size} files`);
});

test('the libraries of run time are those that src imports, and none is in both lists', () => {
  const listed = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const imported = new Set(
    IMPORTS.map(({ target }) => /^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target),
  );
  // `createRequire` loads it.
  imported.add('language-subtag-registry');
  const isImported = (name: string) => imported.has(name);
  const { dependencies, devDependencies } = listed;
  assert.deepEqual(
    Object.keys(dependencies).filter((name) => !isImported(name)),
    [],
  );
  // npm does not install at run time what is in both lists. Of domhandler we import only the types, and
  // the package brings date-holidays along (`scripts/bundle-holidays.ts`).
  const imports = Object.keys(devDependencies).filter(isImported);
  assert.deepEqual(imports, ['date-holidays', 'domhandler']);
});

test('the picture in docs/architecture.md is the house as it is', () => {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  assert.equal(page, withPicture(page), 'run `npm run picture`');
});

/** Each way that leads back to where it began, as `a -> b -> a`. */
function cyclesOf(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (name: string, path: readonly string[]) => {
    if (path.includes(name)) cycles.push([...path, name].join(' -> '));
    if (done.has(name) || path.includes(name)) return;
    for (const next of graph.get(name) ?? []) visit(next, [...path, name]);
    done.add(name);
  };
  for (const name of graph.keys()) visit(name, []);
  return cycles;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
