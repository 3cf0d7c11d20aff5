import { basename, dirname, join, resolve } from 'node:path';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import { formatProblem } from '../kernel/problem.ts';
import { readRegularFile } from '../kernel/regular-file.ts';
import { checkSchedules } from './check-schedules.ts';
import type { Config } from './config.ts';
import { configProblems, type ParsedYaml, placeOf } from './config-problems.ts';
import { checkDkim } from './dkim.ts';
import { ehloName } from './ehlo-name.ts';
import { absoluteDatabaseUrl, type Environment, readEnvironment } from './environment.ts';
import { misplacedOptions } from './misplaced-options.ts';
import { readYaml, valuesOf } from './read-yaml.ts';
import { domainSettings, ONE_RELAY_OPTIONS, relayAccounts } from './relay-accounts.ts';
import { type ConfigFile, configSchema } from './schema.ts';
import { NO_SERVICE } from './schema-values.ts';
import type { LogoSetting, NewsletterSettings, SiteSettings } from './settings.ts';
import { cacheFiles, findStatePlace } from './state-place.ts';
import { webhookKeysOf } from './webhook-keys.ts';

/**
 * Reads the config of `file` (as the user typed it), overridden by BROADSHEET_* of `environment`. Throws
 * a `BroadsheetError` for a missing or invalid file, with a line for each problem.
 */
export function loadConfig(file: string, environment: NodeJS.ProcessEnv): Config {
  const yaml = readYaml(file, readText(file));
  const parsed = configSchema.safeParse(valuesOf(yaml), { reportInput: true });
  if (!parsed.success) {
    const misplaced = misplacedOptions(yaml, configSchema);
    // A line in the wrong column causes other errors, which disappear when it is moved.
    const problems =
      misplaced.length > 0 ? misplaced : configProblems(yaml, parsed.error, configSchema);
    throw new BroadsheetError(EXIT.config, problems.map(formatProblem).join('\n'));
  }
  refuseRepeatedNewsletters(yaml, parsed.data);
  refuseUnknownNewsletters(yaml, parsed.data);
  refuseTwoKindsOfRelays(yaml);
  checkSchedules(yaml, parsed.data.newsletters, (path) => resolve(dirname(file), path));
  checkDkim(yaml, parsed.data);
  const values = readEnvironment(environment);
  const config = assemble(resolve(file), parsed.data, values);
  const { email, newsletters } = parsed.data;
  const name = ehloName({
    ...{ name: email.name, publicUrl: config.publicUrl },
    senders: newsletters.map(({ from }) => from.address),
  });
  return { ...config, relays: relayAccounts(file, email, values, name) };
}

function readText(file: string): string {
  try {
    return readRegularFile(file).toString();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const fact = missing ? 'is not there' : `cannot be read: ${reasonOf(error)}`;
    throw new BroadsheetError(
      EXIT.config,
      `${file}  ${fact}; name another one with --config FILE, or make one with \`broadsheet init\``,
      { cause: error },
    );
  }
}

function refuseRepeatedNewsletters({ file }: ParsedYaml, { newsletters }: ConfigFile): void {
  const ids = newsletters.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice === undefined) return;
  const message = `newsletters has two with the id ${twice}; give each its own`;
  throw new BroadsheetError(EXIT.config, formatProblem({ file, message }));
}

/** A hook of a newsletter that is misspelled would never be called. */
function refuseUnknownNewsletters(yaml: ParsedYaml, { hooks, newsletters }: ConfigFile): void {
  const problems = hooks.flatMap(({ newsletter }, at) => {
    if (newsletter === undefined || newsletters.some(({ id }) => id === newsletter)) return [];
    const message = `hooks[${at}].newsletter is ${newsletter}, which is not in newsletters; write the id of one`;
    return [formatProblem({ ...placeOf(yaml, ['hooks', at, 'newsletter'], 'value'), message })];
  });
  if (problems.length > 0) throw new BroadsheetError(EXIT.config, problems.join('\n'));
}

/** If relays are listed, limits beside `smtpUrl` would have no effect. */
function refuseTwoKindsOfRelays(yaml: ParsedYaml): void {
  const { email } = valuesOf(yaml) as { readonly email?: Readonly<Record<string, unknown>> };
  if (!Array.isArray(email?.relays) || email.relays.length === 0) return;
  const strays = ONE_RELAY_OPTIONS.filter((option) => option in email);
  if (strays.length === 0) return;
  const problems = strays.map((option) => ({
    ...placeOf(yaml, ['email', option], 'key'),
    message: `email.${option} is for one relay, and email.relays lists them; move it to the relay that it is for`,
  }));
  throw new BroadsheetError(EXIT.config, problems.map(formatProblem).join('\n'));
}

function assemble(
  file: string,
  values: ConfigFile,
  environment: Environment,
): Omit<Config, 'relays'> {
  const at = (path: string) => resolve(dirname(file), path);
  const publicUrl = environment.BROADSHEET_PUBLIC_URL ?? values.publicUrl ?? values.site.url;
  const serviceUrl = environment.BROADSHEET_SERVICE_URL ?? values.serviceUrl ?? publicUrl;
  const postsFolder = at(values.posts.folder);
  const { folder: _posts, siteRoot, includes, shortcodes, published, ...posts } = values.posts;
  const { folder: output, ...feeds } = values.feeds;
  const { url, journal } = values.database;
  const { templates: webTemplates, languages, ...web } = values.web;
  return {
    file,
    site: siteSettings(values, at),
    posts,
    feeds: { ...feeds, publicUrl },
    newsletters: values.newsletters.map((newsletter) => newsletterSettings(newsletter, values, at)),
    folders: {
      posts: postsFolder,
      siteRoot: siteRoot === undefined ? siteRootOf(postsFolder) : at(siteRoot),
      includes: at(includes),
      shortcodes: at(shortcodes),
      output: at(output),
      templates: at(values.email.templates),
      webTemplates: at(webTemplates),
      languages: at(languages),
    },
    publishedFile: at(published),
    caches: cacheFiles(file, postsFolder),
    publicUrl,
    serviceUrl: serviceUrl === NO_SERVICE ? undefined : serviceUrl,
    ...findStatePlace(file, {
      databaseUrl:
        environment.BROADSHEET_DATABASE_URL ?? (url && absoluteDatabaseUrl(url, dirname(file))),
      journal: journal && at(journal),
    }),
    machine: environment.BROADSHEET_MACHINE,
    domains: domainSettings(values.email),
    dkim: values.email.dkim.map((key) => ({ ...key, keyFile: at(key.keyFile) })),
    web: { ...web, language: web.language ?? values.site.language },
    inbound: {
      ...values.inbound,
      maildir: values.inbound.maildir && at(values.inbound.maildir),
      mbox: values.inbound.mbox && at(values.inbound.mbox),
      imapPassword: environment.BROADSHEET_IMAP_PASSWORD,
    },
    gate: values.gate,
    alerts: {
      ...values.alerts,
      url: environment.BROADSHEET_ALERT_URL ?? values.alerts.url,
      heartbeatUrl: environment.BROADSHEET_HEARTBEAT_URL ?? values.alerts.heartbeatUrl,
    },
    hooks: values.hooks,
    hookSecrets: environment.BROADSHEET_HOOK_SECRET ?? [],
    webhookKeys: webhookKeysOf(environment),
    dnsServers: values.dns.servers,
    secrets: environment.BROADSHEET_SECRET ?? [],
  };
}

const DEFAULT_COLOR = '#8b1e2d';

function siteSettings(
  { site, newsletters }: ConfigFile,
  absolute: (path: string) => string,
): SiteSettings {
  const color = site.color ?? newsletters[0]?.color ?? DEFAULT_COLOR;
  return { ...site, color, logo: logoSetting(site.logo, absolute) };
}

function logoSetting(
  logo: LogoSetting | undefined,
  absolute: (path: string) => string,
): LogoSetting | undefined {
  return typeof logo === 'string' ? absolute(logo) : logo;
}

/** A site has `posts` or `_posts` beside its other files; any other folder is the site itself. */
export function siteRootOf(postsFolder: string): string {
  return ['posts', '_posts'].includes(basename(postsFolder)) ? dirname(postsFolder) : postsFolder;
}

function newsletterSettings(
  newsletter: ConfigFile['newsletters'][number],
  { site }: ConfigFile,
  absolute: (path: string) => string,
): NewsletterSettings {
  const { address } = newsletter.from;
  const at = address.lastIndexOf('@');
  const { schedule, languages } = newsletter;
  const ics = schedule?.holidays.ics;
  return {
    ...newsletter,
    color: newsletter.color ?? site.color ?? DEFAULT_COLOR,
    logo: logoSetting(newsletter.logo, absolute),
    schedule: schedule && {
      ...schedule,
      holidays: { ...schedule.holidays, ics: ics && absolute(ics) },
    },
    language:
      newsletter.language ?? (languages.length === 1 ? languages[0] : undefined) ?? site.language,
    timeZone: newsletter.timeZone ?? site.timeZone,
    listId: newsletter.listId ?? `${newsletter.id}.${address.slice(at + 1)}`,
    unsubscribeMail:
      newsletter.unsubscribeMail ??
      (`${address.slice(0, at)}+unsubscribe${address.slice(at)}` as typeof address),
  };
}

/**
 * The config with the folders of `--posts` and `--out` (relative to the working folder). Other posts have
 * other ids: the ids of another posts folder are saved beside its feeds.
 */
export function overrideFolders(
  config: Config,
  { posts, out }: { readonly posts?: string; readonly out?: string },
): Config {
  const output = out === undefined ? config.folders.output : resolve(out);
  const folder = posts === undefined ? config.folders.posts : resolve(posts);
  if (folder === config.folders.posts) return { ...config, folders: { ...config.folders, output } };
  return {
    ...config,
    folders: { ...config.folders, output, posts: folder, siteRoot: siteRootOf(folder) },
    publishedFile: join(output, '.published-posts.jsonl'),
    caches: config.caches && cacheFiles(config.file, folder),
  };
}
