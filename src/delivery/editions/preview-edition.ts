import { draftSample, type EditionDraft } from '../../editions/compose/draft-edition.ts';
import type { Edition } from '../../editions/edition.ts';
import type { ComposeDependencies } from '../../editions/edition-dependencies.ts';
import type { PostNotes } from '../../posts/report-posts.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { GateFinding } from '../gate/finding.ts';
import { inspectEdition } from '../gate/inspect-edition.ts';
import { personaliseHtml, personaliseText } from '../message/personalise.ts';
import { sampleMessage } from '../message/sample-message.ts';
import { prepareSend } from '../run/prepare-send.ts';

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
      /** What the gate finds. */
      readonly findings: readonly GateFinding[];
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
  const { message, values } = await sampleMessage(deps, newsletter, edition);
  return {
    ...notes,
    kind: 'preview',
    edition,
    isSample,
    html: personaliseHtml(edition.html, values),
    text: personaliseText(edition.text, values),
    eml: message.bytes,
    findings: await inspectEdition(deps, newsletter, edition),
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
