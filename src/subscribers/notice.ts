/** What else the text of a notice needs: ids, no addresses. */
export interface NoticeFacts {
  readonly signUp?: string;
  readonly subscriber?: string;
  readonly change?: string;
  /** Ids of one or more newsletters. */
  readonly newsletters?: readonly string[];
}
