import type { Edition } from '../../editions/edition.ts';
import type { ComposeDependencies } from '../../editions/edition-dependencies.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { PostNotes } from '../../posts/report-posts.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import { personaliseHtml, personaliseText } from '../message/personalise.ts';
import { buildMessage } from '../message/prepare-messages.ts';
import { unsubscribeToken, wayOutOf } from '../message/unsubscribe-link.ts';
import { prepareSend } from '../run/prepare-send.ts';

/** An invented subscriber (RFC 2606: a reserved domain). */
const READER = { id: 'preview', address: 'reader@example.org' as EmailAddress };

/** Signs the links of a preview if there is no secret: they belong to nobody. */
const NO_SECRET = 'the secret of a preview is none';

/** The next edition as files to check. Nothing is stored. */
export type PreviewReport =
  | (PostNotes & { readonly kind: 'nothingNew' })
  | (PostNotes & {
      readonly kind: 'preview';
      readonly edition: Edition;
      /** Filled in for an invented subscriber. */
      readonly html: string;
      readonly text: string;
      readonly eml: Buffer;
    });

/** What `send` would send now, for an invented subscriber. Stores nothing. */
export async function previewEdition(
  deps: ComposeDependencies,
  newsletterId: string,
): Promise<PreviewReport> {
  const prepared = await prepareSend(deps, { newsletter: newsletterId });
  const { posts, warnings } = prepared;
  const notes = { posts, warnings };
  if (prepared.kind === 'nothingNew') return { ...notes, kind: 'nothingNew' };
  const { edition } = prepared;
  const { publicUrl, serviceUrl, secrets: known } = deps.config;
  const secrets = known.length > 0 ? known : [NO_SECRET];
  const newsletter = findNewsletter(deps.config, newsletterId);
  const token = unsubscribeToken({ newsletter: newsletter.id, subscriberId: READER.id }, secrets);
  const unsubscribeUrl = wayOutOf(newsletter, serviceUrl, token);
  const values = { unsubscribeUrl, address: READER.address };
  const message = await buildMessage({
    edition,
    newsletter,
    subscriber: READER,
    publicUrl,
    serviceUrl,
    secrets,
    date: deps.clock(),
  });
  return {
    ...notes,
    kind: 'preview',
    edition,
    html: personaliseHtml(edition.html, values),
    text: personaliseText(edition.text, values),
    eml: message.bytes,
  };
}
