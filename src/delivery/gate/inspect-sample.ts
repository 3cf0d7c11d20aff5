import type { Edition } from '../../editions/edition.ts';
import type { Config } from '../../settings/config.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { type SampleDependencies, sampleMessage } from '../message/sample-message.ts';
import { askLinks } from './ask-links.ts';
import { askSpamAssassin } from './ask-spamassassin.ts';
import { linksOf, picturesOf } from './check-links.ts';
import type { GateFinding } from './finding.ts';
import { inspectMessage } from './inspect-message.ts';
import { type ReadMail, readMail, wayOutIn } from './read-mail.ts';

/** What the gate needs. */
export interface InspectDependencies extends SampleDependencies {
  readonly config: SampleDependencies['config'] & Pick<Config, 'site' | 'gate'>;
}

/** Copies of pictures are published when the edition is stored. */
const COPIED_PICTURE = /^pictures\/[0-9a-f]{32}\.\w+$/;

/** The work of `inspectEdition`, in this process. */
export async function inspectSample(
  deps: InspectDependencies,
  newsletter: NewsletterSettings,
  edition: Edition,
): Promise<readonly GateFinding[]> {
  const { site, publicUrl, serviceUrl, gate } = deps.config;
  const { message } = await sampleMessage(deps, newsletter, edition);
  const mail = await readMail(message.bytes);
  const own = [site.url, publicUrl, ...(serviceUrl === undefined ? [] : [serviceUrl])];
  const ownHosts = new Set(own.map((url) => new URL(url).host));
  const [answers, spam] = await Promise.all([
    gate.links === 'check' ? askLinks(askable(mail, edition.id, publicUrl), ownHosts) : [],
    gate.spamAssassin === 'auto' ? askSpamAssassin(message.bytes) : undefined,
  ]);
  return inspectMessage(mail, { clients: gate.clients, ownHosts, answers, spam });
}

/** Addresses that exist before the edition is sent, and that belong to no subscriber. */
function askable(mail: ReadMail, edition: string, publicUrl: string): readonly string[] {
  const wayOut = wayOutIn(mail);
  const isToCome = (url: string) =>
    url === wayOut ||
    // The link to the weekly sister.
    url.startsWith(`${wayOut}/`) ||
    url === `${publicUrl}archive/${edition}/` ||
    (url.startsWith(publicUrl) && COPIED_PICTURE.test(url.slice(publicUrl.length)));
  return [...new Set([...linksOf(mail), ...picturesOf(mail)])].filter((url) => !isToCome(url));
}
