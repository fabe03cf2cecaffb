/** What a decoder puts in the place of broken bytes, and half of a UTF-16 pair. */
export const damaged = /[\uFFFD\p{Surrogate}]/u;
