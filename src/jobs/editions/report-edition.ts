import type { Edition } from '../../model/edition.ts';
import type { ReportedEdition } from '../sending/send-report.ts';

/** The edition as reports name it: without its bodies. */
export function reportEdition({ id, subject, posts }: Edition): ReportedEdition {
  return {
    id,
    subject,
    posts: posts.map(({ id: _id, fingerprint: _fingerprint, ...post }) => post),
  };
}
