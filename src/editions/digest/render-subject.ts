import { oneLine } from '../../kernel/one-line.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { renderLiquid } from '../../templates/render-liquid.ts';
import type { DigestScope } from './digest-scope.ts';
import { shorten } from './shorten.ts';

const SUBJECT_LENGTH = 150;
const PREHEADER_LENGTH = 140;
const SEPARATOR = ' · ';

/**
 * Renders the subject from the newsletter's own template: one line, shortened. If the result is
 * empty, returns the newsletter's name and the date. Throws a `BroadsheetError` (config) if the
 * template is broken.
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
 * The line that inboxes show beside the subject: as many titles of the other stories as fit, or the
 * start of the lead if there are none.
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
