import type { FeedPlan, PlanInput } from './feed-plan.ts';
import type { FeedEntry } from './list-entries.ts';

/**
 * Plans the history documents to keep (RFC 5005 §4), oldest first. Empty if the live feed contains
 * all entries. Document n (1 is the oldest) has the entries whose posts are the lines (n - 1) *
 * items + 1 to n * items of the published posts. So an entry never moves, and a full document stays
 * unchanged. Posts that are gone, or belong to an earlier post's entry, leave a gap.
 */
export function planHistory(input: PlanInput): FeedPlan[] {
  const { entries, published, site, settings } = input;
  const { items, historyDocuments } = settings;
  const count = Math.ceil(published.length / items);
  const kept = historyDocuments === 'all' ? count : Math.min(historyDocuments, count);
  if (kept === 0 || entries.length <= items) return [];
  const oldest = count - kept + 1;
  const documents = entriesByDocument(input, oldest);
  return Array.from({ length: kept }, (_, at) => {
    const number = oldest + at;
    const hasPrevious = number > oldest || (number > 1 && input.hasHistoryDocument(number - 1));
    return {
      kind: 'history',
      path: historyPath(number),
      name: String(number),
      // An archive document belongs to the same feed as the live one, and has its title.
      title: site.title,
      entries: documents.get(number) ?? [],
      history: {
        isArchive: true,
        current: '',
        ...(hasPrevious ? { previous: historyPath(number - 1) } : {}),
        ...(number < count ? { next: historyPath(number + 1) } : {}),
      },
    };
  });
}

export function historyPath(number: number): string {
  return `history/${number}`;
}

/** Entries by document number, newest first, from the document `oldest` on. */
function entriesByDocument(
  { entries, published, settings: { items } }: PlanInput,
  oldest: number,
): Map<number, FeedEntry[]> {
  const documentOf = new Map<string, number>();
  for (let line = (oldest - 1) * items; line < published.length; line++) {
    const id = published[line]?.id;
    if (id !== undefined) documentOf.set(id, Math.floor(line / items) + 1);
  }
  const documents = new Map<number, FeedEntry[]>();
  for (const entry of entries) {
    const number = documentOf.get(entry.id);
    if (number === undefined) continue;
    const listed = documents.get(number);
    if (listed === undefined) documents.set(number, [entry]);
    else listed.push(entry);
  }
  return documents;
}
