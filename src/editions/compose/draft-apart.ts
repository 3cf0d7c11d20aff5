import { runApart } from '../../kernel/apart/run-apart.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { ComposeDependencies } from '../edition-dependencies.ts';
import { type Draft, orderDraft } from './draft-edition.ts';
import type { EditionDraft } from './edition-draft.ts';

const PROGRAM = new URL('./compose-process', import.meta.url);

/** 20,000 posts take seconds. Composing that takes this long never ends. */
const LIMIT_MS = 300_000;

/**
 * Runs `draftEdition` in its own process, which has saved the ids of the posts when this returns.
 * Throws the errors of `draftEdition` and of `runApart`.
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
