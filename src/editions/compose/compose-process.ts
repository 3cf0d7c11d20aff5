import { answerOrder } from '../../kernel/apart/answer-order.ts';
import { silentLog } from '../../kernel/log.ts';
import { type DraftOrder, draftFrom } from './draft-edition.ts';

// A program of its own: composes one edition, and writes down the ids that its posts were given.

answerOrder(async (order: DraftOrder) => {
  const { remember, ...draft } = await draftFrom(order, silentLog);
  if (draft.edition !== undefined) remember();
  return draft;
});
