/** What a report's cell may hold; a writer decides how it looks in its format. */
export type Cell = string | number | boolean | Date | null;

/** Rows that come together. */
export type CellPage = readonly (readonly Cell[])[];
