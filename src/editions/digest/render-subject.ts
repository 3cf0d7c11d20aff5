import { oneLine } from '../../kernel/one-line.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { renderLiquid } from '../../templates/render-liquid.ts';
import type { DigestScope } from './digest-scope.ts';
import { shorten } from './shorten.ts';

const SUBJECT_LENGTH = 150;
const PREHEADER_LENGTH = 140;
const SEPARATOR = ' · ';

/**
 * The subject, by the newsletter's own template: one line, shortened. The newsletter's name and
 * the date when the template gives nothing. Throws a `BroadsheetError` (config) when it is broken.
 */
export function renderSubject(
  newsletter: NewsletterSettings,
  scope: Pick<DigestScope, 'newsletter' | 'site' | 'lead' | 'stories'>,
  day: string,
  date: string,
): string {
  const template = {
    file: `newsletters: ${newsletter.id}: subject`,
    source: newsletter.subject,
  };
  const subject = oneLine(renderLiquid(template, { ...scope, day, date }, 'text'));
  if (subject === '') return `${oneLine(newsletter.name)}, ${date}`;
  return shorten(subject, SUBJECT_LENGTH, newsletter.language);
}

/**
 * The line that inboxes show beside the subject: the titles of the other stories, as many as
 * there is room for, or how the lead begins when there are none.
 */
export function preheaderOf(scope: Pick<DigestScope, 'lead' | 'stories' | 'headlines'>): string {
  const [first = scope.lead.excerpt, ...others] = [...scope.stories, ...scope.headlines].map(
    (story) => story.title,
  );
  let line = shorten(first, PREHEADER_LENGTH, scope.lead.language);
  for (const title of others) {
    if (line.length + SEPARATOR.length + title.length > PREHEADER_LENGTH) break;
    line += SEPARATOR + title;
  }
  return line;
}
