import type { Edition } from '../../editions/edition.ts';
import type { ReportedEdition } from './send-report.ts';

/** An edition for reports: without its bodies. */
export function reportEdition({ id, subject, posts }: Edition): ReportedEdition {
  return {
    id,
    subject,
    posts: posts.map(({ id: _id, fingerprint: _fingerprint, ...post }) => post),
  };
}
