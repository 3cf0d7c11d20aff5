import { existsSync } from 'node:fs';
import { draftSample, type EditionDraft } from '../../editions/compose/draft-edition.ts';
import type { Edition } from '../../editions/edition.ts';
import type { ComposeDependencies } from '../../editions/edition-dependencies.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { PostNotes } from '../../posts/report-posts.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { personaliseHtml, personaliseText } from '../message/personalise.ts';
import { buildMessage } from '../message/prepare-messages.ts';
import { unsubscribeToken, wayOutOf } from '../message/unsubscribe-link.ts';
import { prepareSend } from '../run/prepare-send.ts';

/** An invented subscriber (RFC 2606: a reserved domain). */
const READER = { id: 'preview', address: 'reader@example.org' as EmailAddress };

/** Signs the links of a preview if there is no secret: they belong to nobody. */
const NO_SECRET = 'the secret of a preview is none';

/** An edition as files to check. Nothing is stored. */
export type PreviewReport =
  | (PostNotes & { readonly kind: 'nothingNew' })
  | (PostNotes & {
      readonly kind: 'preview';
      readonly edition: Edition;
      /** There is no news: it has the newest posts, whatever their age. */
      readonly isSample: boolean;
      /** Filled in for an invented subscriber. */
      readonly html: string;
      readonly text: string;
      readonly eml: Buffer;
    });

/**
 * What `send` would send now, for an invented subscriber; on a day without news, the newest stories. With
 * `editionId`, that edition, also if it was sent. Stores nothing. Throws a usage error if the newsletter
 * has no such edition.
 */
export async function previewEdition(
  deps: ComposeDependencies,
  newsletterId: string,
  editionId?: string,
): Promise<PreviewReport> {
  const newsletter = findNewsletter(deps.config, newsletterId);
  const { edition, isSample, ...notes } = await findPreview(deps, newsletter, editionId);
  if (edition === undefined) return { ...notes, kind: 'nothingNew' };
  const { publicUrl, serviceUrl, secrets: known, dkim } = deps.config;
  const secrets = known.length > 0 ? known : [NO_SECRET];
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
    // A preview may be made where the keys are not, as in CI.
    dkim: dkim.filter(({ keyFile }) => existsSync(keyFile)),
    date: deps.clock(),
  });
  return {
    ...notes,
    kind: 'preview',
    edition,
    isSample,
    html: personaliseHtml(edition.html, values),
    text: personaliseText(edition.text, values),
    eml: message.bytes,
  };
}

async function findPreview(
  deps: ComposeDependencies,
  newsletter: NewsletterSettings,
  editionId: string | undefined,
): Promise<EditionDraft & { readonly isSample: boolean }> {
  const options = { newsletter: newsletter.id, edition: editionId };
  const prepared = await prepareSend(deps, options);
  const { posts, warnings } = prepared;
  return prepared.kind === 'nothingNew'
    ? { ...(await draftSample(deps, newsletter)), isSample: true }
    : { posts, warnings, edition: prepared.edition, isSample: false };
}
