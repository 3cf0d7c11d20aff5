import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely';
import type { Tables } from '../../database/tables.ts';

/** For deliveries: whether their subscriber is active now. */
export function isStillSubscribed({
  exists,
  selectFrom,
}: ExpressionBuilder<Tables, 'deliveries'>): ExpressionWrapper<Tables, 'deliveries', SqlBool> {
  return exists(
    selectFrom('subscribers as s')
      .select('s.id')
      .whereRef('s.id', '=', 'deliveries.subscriber')
      .where('s.status', '=', 'active'),
  );
}
