import { randomUUID } from 'node:crypto';
import { noteService, readIdentity } from '../../database/identity.ts';
import { hasPlanned } from '../../editions/queries/editions.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import type { Config } from '../../settings/config.ts';
import { HOW_TO_MAKE_A_SECRET } from '../../settings/environment.ts';
import { makeProbe, proofOf } from '../message/signed-token.ts';
import { unsubscribeUrlOf } from '../message/unsubscribe-link.ts';
import type { SendDependencies } from '../send-dependencies.ts';

type Dependencies = Pick<SendDependencies, 'config' | 'store' | 'clock' | 'askService'>;

/**
 * Throws a config error if readers could not unsubscribe: `serviceUrl` does not answer an
 * unsubscribe link as the service of this database does. Checks before the database's first
 * edition, and again after the address changed. With `isForced` an editor vouches for the address.
 * Saves the checked address.
 */
export async function checkService(deps: Dependencies, { isForced = false } = {}): Promise<void> {
  const { config, store } = deps;
  const { serviceUrl } = config;
  if (serviceUrl === undefined) return;
  const { service_url: known, id } = await readIdentity(store.db);
  if (known === serviceUrl) return;
  // A database older than this check: its readers have had links for a long time.
  const isOld = known === null && (await hasPlanned(store.db));
  const trouble = isForced || isOld ? undefined : await troubleOfLinks(deps, serviceUrl, id);
  if (trouble === undefined) {
    await noteService(store.db, serviceUrl);
    return;
  }
  const remedy =
    'run `broadsheet start` there, set serviceUrl to where it runs, ' +
    'or set it to none if people unsubscribe by mail; `broadsheet send --force` sends anyway';
  throw new BroadsheetError(
    EXIT.config,
    `${serviceUrl}  does not answer unsubscribe links (${trouble}); ${remedy}`,
  );
}

/** The body of a one-click request (RFC 8058 §3.2). */
const ONE_CLICK = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });

/**
 * What is wrong with the unsubscribe links of `serviceUrl`, as a phrase; undefined if the service of this
 * database answers both the GET of a reader and the POST of a mail program.
 */
export async function troubleOfLinks(
  { config, clock, askService }: Pick<Dependencies, 'config' | 'clock' | 'askService'>,
  serviceUrl: string,
  databaseId: string,
): Promise<string | undefined> {
  const token = makeProbe(config.secrets, clock(), randomUUID());
  const url = unsubscribeUrlOf(serviceUrl, token);
  for (const form of [undefined, ONE_CLICK]) {
    const answer = await askService(url, form);
    const by = form === undefined ? '' : 'to a POST ';
    if ('trouble' in answer) return `${by}${answer.trouble}`;
    if (answer.text.trim() === proofOf(databaseId, token)) continue;
    return `${by}what answers is not the service of this database, or has another BROADSHEET_SECRET`;
  }
  return undefined;
}

/** Throws a config error if there is no secret to sign links with. */
export function requireSecret({ secrets }: Pick<Config, 'secrets'>): void {
  if (secrets.length > 0) return;
  const fact = 'is not set, and the links to unsubscribe are signed with it';
  throw new BroadsheetError(EXIT.config, `BROADSHEET_SECRET  ${fact}; ${HOW_TO_MAKE_A_SECRET}`);
}
