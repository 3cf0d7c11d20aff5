import { basename } from 'node:path';
import type { SubscriptionStatus } from '../../database/states.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { topicsOf } from './columns/column-words.ts';
import type { ImportForm } from './import-form.ts';
import { stricterStatus } from './parse-import-row.ts';

/**
 * The highest status for people of the file `source`. It is `status` if the user set one, else active.
 * The file's name can lower it. Throws a data error if the name says that these people left or never
 * subscribed, and nothing else decides their status.
 */
export function checkFileName(
  source: string,
  form: ImportForm,
  status: SubscriptionStatus | undefined,
): SubscriptionStatus {
  if (form.provider === 'Mailchimp') return checkMailchimp(source, status ?? 'active');
  if (status !== undefined || saysWhoAgreed(form)) return status ?? 'active';
  const { topics } = topicsOf(basename(source).replace(/\.\w+$/, ''));
  const leaves = (['leave', 'bounce', 'complaint', 'block', 'gone', 'unwanted'] as const).some(
    (topic) => topics.has(topic),
  );
  if (!leaves) return 'active';
  throw new BroadsheetError(
    EXIT.data,
    `${source}  has a name like that of a list of people who left; import it with --status unsubscribed (or bounced, complained), or, if they all agreed, with --status active; nothing was stored`,
  );
}

/** Whether the file itself says for each person that they agreed. */
function saysWhoAgreed({ deciding }: ImportForm): boolean {
  return deciding.some(({ as }) => as === 'status' || as === 'consent' || as === 'subscribed');
}

/**
 * Mailchimp's file names say which people a file contains. Its file of people who never subscribed looks
 * like its file of subscribers.
 */
function checkMailchimp(source: string, status: SubscriptionStatus): SubscriptionStatus {
  const [kind] = /^(nonsubscribed|archived|unsubscribed|cleaned)(?=_)/.exec(basename(source)) ?? [];
  switch (kind) {
    case 'unsubscribed':
      return stricterStatus(status, 'unsubscribed');
    case 'cleaned':
      return stricterStatus(status, 'bounced');
    case undefined:
      return status;
    default:
      throw new BroadsheetError(
        EXIT.data,
        `${source}  has people who do not get your mail at Mailchimp (${kind}); leave it out, nothing was stored`,
      );
  }
}
