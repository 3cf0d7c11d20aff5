import { answerOrder } from '../../kernel/apart/answer-order.ts';
import { silentLog } from '../../kernel/log.ts';
import { type DraftOrder, draftFrom } from './draft-edition.ts';

// The program of the compose process: composes one edition, and saves the new ids of its posts.

answerOrder(async (order: DraftOrder) => {
  const { saveFiles, ...draft } = await draftFrom(order, silentLog);
  if (draft.edition !== undefined) await saveFiles();
  return draft;
});
