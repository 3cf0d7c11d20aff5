import { silentLog } from '../../base/log.ts';
import { type DraftOrder, draftFrom } from '../editions/draft-edition.ts';
import { answerOrder } from './answer-order.ts';

// A program of its own: composes one edition, and writes down the ids that its posts were given.

answerOrder(async (order: DraftOrder) => {
  const { remember, ...draft } = await draftFrom(order, silentLog);
  if (draft.edition !== undefined) remember();
  return draft;
});
