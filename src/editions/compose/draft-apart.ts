import { runApart } from '../../kernel/apart/run-apart.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { ComposeDependencies } from '../edition-dependencies.ts';
import { type Draft, orderDraft } from './draft-edition.ts';
import type { EditionDraft } from './edition-draft.ts';

const PROGRAM = new URL('./compose-process', import.meta.url);

/** 20,000 posts take seconds: an edition that takes longer is never composed. */
const LIMIT_MS = 300_000;

/**
 * `draftEdition` in a process of its own, which has written down the ids of posts by the time this
 * returns. Throws what that throws, and what `runApart` throws.
 */
export async function draftApart(
  deps: ComposeDependencies,
  newsletter: NewsletterSettings,
  signal: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<Draft> {
  const draft = await runApart<EditionDraft>(await orderDraft(deps, newsletter), {
    ...{ program: PROGRAM, name: 'composing the edition', signal, limitMs },
  });
  return { ...draft, remember() {} };
}
