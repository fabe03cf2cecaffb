/** A page of a list by its place. */
export interface Page {
  offset: number;
  limit: number;
}
